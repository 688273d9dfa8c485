import Artifacts
import Glibc

/// A new empty folder, removed with all that is in it when the last reference goes.
public final class TemporaryFolder: Sendable {
  public let path: String

  public init() {
    var template = Array(
      "\(getenv("TMPDIR").map { String(cString: $0) } ?? "/tmp")/atelier-test-XXXXXX".utf8CString)
    guard mkdtemp(&template) != nil else { fatalError("cannot create a temporary folder") }
    path = template.withUnsafeBufferPointer { String(cString: $0.baseAddress!) }
  }

  deinit {
    try? FileSystem.remove(path)
  }

  /// The path of a name in the folder.
  public func path(_ name: String) -> String { path + "/" + name }

  /// Writes a file into the folder.
  ///
  /// - Returns: its path.
  @discardableResult
  public func write(_ name: String, _ content: [UInt8]) throws -> String {
    try OutputFile(creating: path(name)).write(content)
    return path(name)
  }
}
