import Artifacts
import CZlib
import Diagnostics
import Glibc

/// Reads a file that may or may not be compressed with gzip; zlib tells which by the first bytes.
final class GzipReader {
  let path: String
  /// The size of the file as it lies on the disk.
  let storedSize: Int
  private let file: gzFile

  /// Deflate can't do better than this, so that a small file can't make us reserve much memory.
  static let largestExpansion = 1040

  /// - Throws: `Failure` 66 when the file is not there or not readable.
  init(opening path: String) throws {
    self.path = path
    var status = stat()
    guard stat(path, &status) == 0 else { throw Failure.system(.read, path) }
    guard status.st_mode & S_IFMT != S_IFDIR else { throw Failure.system(.read, path, errno: EISDIR) }
    storedSize = Int(status.st_size)
    guard let file = gzopen(path, "rbe") else { throw Failure.system(.read, path) }
    self.file = file
    gzbuffer(file, 1 << 18)
  }

  deinit {
    gzclose_r(file)
  }

  /// Fills the buffer as far as the file goes.
  ///
  /// - Returns: the number of bytes read; fewer than asked for only at the end of an undamaged file.
  /// - Throws: `Failure` 65 when the compressed data is damaged or cut short, 74 when reading fails.
  func read(into buffer: UnsafeMutableRawBufferPointer) throws -> Int {
    var count = 0
    while count < buffer.count {
      let wanted = UInt32(min(buffer.count - count, 1 << 24))
      let received = gzread(file, buffer.baseAddress! + count, wanted)
      if received <= 0 { break }
      count += Int(received)
    }
    if count < buffer.count { try checkStatus() }
    return count
  }

  private func checkStatus() throws {
    var status: Int32 = 0
    let description = gzerror(file, &status)
    switch status {
    case Z_OK, Z_STREAM_END: return
    case Z_ERRNO: throw Failure.system(.read, path)
    case Z_BUF_ERROR: throw Self.fault(path, "its gzip data is cut short")
    default:
      let reason = description.map { String(cString: $0) } ?? "error \(status)"
      throw Self.fault(path, "its gzip data is corrupt (\(reason))")
    }
  }

  /// A failure of the file's content.
  static func fault(_ path: String, _ reason: String) -> Failure {
    Failure(
      .badData, "\(path) is damaged or no IDX file: \(reason)",
      help: "replace it, e.g. with `apt-get install --reinstall dataset-fashion-mnist`")
  }
}
