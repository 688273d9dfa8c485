import Diagnostics
import TensorCore

// All that is asked of OpenBLAS and LAPACK: a product, a symmetric eigenproblem, singular values, in double precision
// and on the calling thread alone, so that the bits depend on the operands, the library and the processor's family.

/// Matrix products and decompositions of double-precision matrices, row-major.
struct DenseAlgebra {
  private let library: OpenBLAS

  /// - Throws: 1 where OpenBLAS is not installed.
  init() throws(Failure) { library = try OpenBLAS.shared() }

  /// result += left^T right of `terms` rows: result (leftColumns, rightColumns), every matrix with a row stride.
  func addTransposedProduct(
    _ left: UnsafePointer<Double>, leftStride: Int, leftColumns: Int, _ right: UnsafePointer<Double>,
    rightStride: Int, rightColumns: Int, terms: Int, to result: UnsafeMutablePointer<Double>,
    resultStride: Int
  ) {
    library.multiply(
      OpenBLAS.rowMajor, OpenBLAS.transposed, OpenBLAS.plain, Int32(leftColumns), Int32(rightColumns),
      Int32(terms), 1, left, Int32(leftStride), right, Int32(rightStride), 1, result, Int32(resultStride))
  }

  /// left right^T: left (rows, terms), right (columns, terms), result (rows, columns).
  func productWithTranspose(
    _ left: [Double], rows: Int, _ right: [Double], columns: Int, terms: Int
  ) -> [Double] {
    precondition(left.count == rows * terms && right.count == columns * terms)
    var result = [Double](repeating: 0, count: rows * columns)
    if result.isEmpty { return result }
    library.multiply(
      OpenBLAS.rowMajor, OpenBLAS.plain, OpenBLAS.transposed, Int32(rows), Int32(columns), Int32(terms), 1,
      left,
      Int32(terms), right, Int32(terms), 0, &result, Int32(columns))
    return result
  }

  /// Eigenvalues of a symmetric matrix, ascending, and its eigenvectors, one a row (LAPACK's `dsyevd`).
  ///
  /// - Throws: 1 if the iteration does not converge, which finite matrices of any sense do.
  func symmetricEigen(
    _ matrix: [Double], size: Int
  ) throws(Failure) -> (values: [Double], vectors: [Double]) {
    precondition(matrix.count == size * size && size >= 1)
    // Columns in Fortran are rows here.
    var vectors = matrix
    var values = [Double](repeating: 0, count: size)
    var (n, status) = (Int32(size), Int32(0))
    var (workCount, integerCount) = (Int32(-1), Int32(-1))
    var (work, integers) = ([0.0], [Int32(0)])
    for _ in 0..<2 {
      let order = n
      library.symmetricEigen(
        "V", "L", &n, &vectors, [order], &values, &work, &workCount, &integers, &integerCount, &status, 1, 1)
      if workCount < 0 {
        (workCount, integerCount) = (Int32(work[0]), integers[0])
        work = [Double](repeating: 0, count: Int(workCount))
        integers = [Int32](repeating: 0, count: Int(integerCount))
      }
    }
    try requireConvergence(status, of: "eigenvalues of a covariance")
    return (values, vectors)
  }

  /// The sum of the singular values of a matrix (rows, columns), its nuclear norm (LAPACK's `dgesdd`).
  ///
  /// - Throws: 1 if the iteration does not converge.
  func nuclearNorm(_ matrix: [Double], rows: Int, columns: Int) throws(Failure) -> Double {
    precondition(matrix.count == rows * columns)
    if matrix.isEmpty { return 0 }
    // The transpose has the same singular values.
    var matrix = matrix
    var (m, n, one, status) = (Int32(columns), Int32(rows), Int32(1), Int32(0))
    var values = [Double](repeating: 0, count: min(rows, columns))
    var integers = [Int32](repeating: 0, count: 8 * values.count)
    var (work, workCount, unused) = ([0.0], Int32(-1), 0.0)
    var unusedToo = 0.0
    for _ in 0..<2 {
      let leading = m
      library.singularValues(
        "N", &m, &n, &matrix, [leading], &values, &unused, &one, &unusedToo, &one, &work, &workCount,
        &integers,
        &status,
        1)
      if workCount < 0 {
        workCount = Int32(work[0])
        work = [Double](repeating: 0, count: Int(workCount))
      }
    }
    try requireConvergence(status, of: "singular values of a product of covariances")
    return values.reduce(0, +)
  }

  private func requireConvergence(_ status: Int32, of what: String) throws(Failure) {
    precondition(status >= 0, "argument \(-status) of a LAPACK routine is wrong")
    if status > 0 {
      throw Failure(.failure, "LAPACK could not compute the \(what)", help: "look at the features' range")
    }
  }
}
