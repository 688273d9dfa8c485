import Glibc

/// Executables of this package, for tests that run them.
public enum BuiltExecutable {
  /// The path of a built product: beside the test bundle that is running, or else in the release folder of the package
  /// that this file belongs to.
  public static func path(_ name: String) -> String {
    for folder in [folderOfThisProcess(), packageFolder + "/.build/release"] {
      let path = folder + "/" + name
      if access(path, X_OK) == 0 { return path }
    }
    fatalError("\(name) is not built; run 'swift build -c release --build-tests' first")
  }

  /// The folder of Package.swift.
  public static let packageFolder: String = {
    let parts = #filePath.split(separator: "/").dropLast(3)
    return "/" + parts.joined(separator: "/")
  }()

  private static func folderOfThisProcess() -> String {
    var buffer = [UInt8](repeating: 0, count: 4096)
    let count = buffer.withUnsafeMutableBytes { bytes in
      readlink("/proc/self/exe", bytes.baseAddress!.assumingMemoryBound(to: CChar.self), bytes.count)
    }
    let path = String(decoding: buffer.prefix(max(count, 0)), as: UTF8.self)
    return path.lastIndex(of: "/").map { String(path[..<$0]) } ?? "."
  }
}
