import Diagnostics
import Glibc

/// The routines of OpenBLAS that evaluation calls, opened when they are first needed.
///
/// Not linked: loading the library starts a thread for every core, which a training run has no use for, and hosts that
/// only train need not have it. Opened here, it is told first to keep to the calling thread.
struct OpenBLAS: @unchecked Sendable {
  /// cblas_dgemm: order, transpose a, transpose b, m, n, k, alpha, a, lda, b, ldb, beta, c, ldc.
  typealias Multiply =
    @convention(c) (
      Int32, Int32, Int32, Int32, Int32, Int32, Double, UnsafePointer<Double>, Int32, UnsafePointer<Double>,
      Int32, Double, UnsafeMutablePointer<Double>, Int32
    ) -> Void
  /// dsyevd: jobz, uplo, n, a, lda, w, work, lwork, iwork, liwork, info, and the lengths of both strings.
  typealias SymmetricEigen =
    @convention(c) (
      UnsafePointer<CChar>, UnsafePointer<CChar>, UnsafePointer<Int32>, UnsafeMutablePointer<Double>,
      UnsafePointer<Int32>, UnsafeMutablePointer<Double>, UnsafeMutablePointer<Double>, UnsafePointer<Int32>,
      UnsafeMutablePointer<Int32>, UnsafePointer<Int32>, UnsafeMutablePointer<Int32>, Int, Int
    ) -> Void
  /// dgesdd: jobz, m, n, a, lda, s, u, ldu, vt, ldvt, work, lwork, iwork, info, and the string's length.
  typealias SingularValues =
    @convention(c) (
      UnsafePointer<CChar>, UnsafePointer<Int32>, UnsafePointer<Int32>, UnsafeMutablePointer<Double>,
      UnsafePointer<Int32>, UnsafeMutablePointer<Double>, UnsafeMutablePointer<Double>, UnsafePointer<Int32>,
      UnsafeMutablePointer<Double>, UnsafePointer<Int32>, UnsafeMutablePointer<Double>, UnsafePointer<Int32>,
      UnsafeMutablePointer<Int32>, UnsafeMutablePointer<Int32>, Int
    ) -> Void

  /// Build, version and the processor that the library chose its kernels for.
  let description: String
  let multiply: Multiply
  let symmetricEigen: SymmetricEigen
  let singularValues: SingularValues

  static let rowMajor: Int32 = 101
  static let plain: Int32 = 111
  static let transposed: Int32 = 112

  private static let result = Result<OpenBLAS, Failure> { () throws(Failure) in try OpenBLAS() }

  /// - Throws: 1 where the library is not installed.
  static func shared() throws(Failure) -> OpenBLAS { try result.get() }

  private init() throws(Failure) {
    setenv("OPENBLAS_NUM_THREADS", "1", 1)
    let name = "libopenblas.so.0"
    guard let library = dlopen(name, RTLD_NOW | RTLD_LOCAL) else {
      throw Failure(
        .failure, "\(name) can't be opened, which the Fréchet distance needs",
        help: "install the package libopenblas0")
    }
    func routine<Routine>(_ symbol: String, as type: Routine.Type) throws(Failure) -> Routine {
      guard let address = dlsym(library, symbol) else {
        throw Failure(.failure, "\(name) has no routine \(symbol)", help: "install Debian's libopenblas0")
      }
      return unsafeBitCast(address, to: type)
    }
    typealias Text = @convention(c) () -> UnsafePointer<CChar>
    let texts = [
      try routine("openblas_get_config", as: Text.self), try routine("openblas_get_corename", as: Text.self),
    ]
    description = texts.map { String(cString: $0()) }.joined(separator: ", ")
    multiply = try routine("cblas_dgemm", as: Multiply.self)
    symmetricEigen = try routine("dsyevd_", as: SymmetricEigen.self)
    singularValues = try routine("dgesdd_", as: SingularValues.self)
  }
}

/// The linear algebra library that comparisons of images use, whose bits theirs depend on.
///
/// - Throws: 1 where it is not installed.
public func linearAlgebraDescription() throws(Failure) -> String { try OpenBLAS.shared().description }
