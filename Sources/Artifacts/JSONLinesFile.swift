import Diagnostics
import Glibc

/// A file of one JSON value a line that grows while a run goes on, such as `metrics.jsonl`. Each row reaches the system
/// in one call, so that whoever follows the file sees whole rows.
public final class JSONLinesFile {
  public let path: String
  /// The length so far, which a checkpoint records.
  public private(set) var byteCount: Int
  private let descriptor: Int32

  /// Opens the file, creating it where it is not there.
  ///
  /// - Parameter length: how much of it to keep: what a checkpoint recorded, 0 to begin anew, nil for all whole rows
  ///   (a kill may have cut the last one short).
  /// - Throws: `Failure` 73 when it can't be created, 65 when it doesn't have a row's end at `length`, 74.
  public init(opening path: String, keeping length: Int? = nil) throws {
    self.path = path
    byteCount = 0
    descriptor = open(path, O_RDWR | O_CREAT | O_APPEND | O_CLOEXEC, 0o666)
    guard descriptor >= 0 else { throw Failure.system(.create, path) }
    let end = lseek(descriptor, 0, SEEK_END)
    guard end >= 0 else { throw Failure.system(.read, path) }
    byteCount = try length ?? endOfLastRow(before: Int(end))
    guard try byteCount <= Int(end) && (byteCount == 0 || byte(at: byteCount - 1) == UInt8(ascii: "\n"))
    else { throw Self.noRowEnd(path, byteCount) }
    guard ftruncate(descriptor, byteCount) == 0 else { throw Failure.system(.write, path) }
  }

  deinit {
    close(descriptor)
  }

  /// Appends a row.
  ///
  /// - Throws: `Failure` 74.
  public func append(_ row: JSONValue) throws {
    let line = Array(row.compactText.utf8) + [UInt8(ascii: "\n")]
    try line.withUnsafeBytes { try writeFully($0, to: descriptor, path: path) }
    byteCount += line.count
  }

  /// Waits until all rows are on the disk.
  ///
  /// - Throws: `Failure` 74.
  public func synchronize() throws {
    guard fsync(descriptor) == 0 else { throw Failure.system(.save, path) }
  }

  /// The rows of a file up to a length that a checkpoint recorded.
  ///
  /// - Throws: `Failure` 65 when the file doesn't have a row's end there, 66 when there is no such file, 74.
  public static func read(_ path: String, upTo length: Int) throws -> [UInt8] {
    let content = try FileSystem.read(path)
    guard length <= content.count && (length == 0 || content[length - 1] == UInt8(ascii: "\n")) else {
      throw noRowEnd(path, length)
    }
    return Array(content[..<length])
  }

  private static func noRowEnd(_ path: String, _ length: Int) -> Failure {
    Failure(
      .badData, "\(path) has no row that ends at byte \(length), where the checkpoint says one does",
      help: "the file was changed since; restore it, or start a new run")
  }

  private func byte(at offset: Int) throws -> UInt8 {
    var byte: UInt8 = 0
    guard pread(descriptor, &byte, 1, offset) == 1 else { throw Failure.system(.read, path) }
    return byte
  }

  private func endOfLastRow(before end: Int) throws -> Int {
    var position = end
    while position > 0, try byte(at: position - 1) != UInt8(ascii: "\n") { position -= 1 }
    return position
  }
}
