import Diagnostics
import Glibc

/// A file being written from its beginning. It counts its bytes and, where asked to, computes their SHA-256 on the way,
/// so that they need not be read back.
public final class OutputFile {
  public let path: String
  public private(set) var byteCount = 0
  private let descriptor: Int32
  private let checksum: SHA256?

  /// Creates the file, or empties the one that is there. Failures call it `name`, if given.
  ///
  /// - Throws: `Failure` 73 (or 74 for a full disk).
  public init(creating path: String, as name: String? = nil, computesChecksum: Bool = false) throws {
    self.path = name ?? path
    checksum = computesChecksum ? SHA256() : nil
    descriptor = open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0o666)
    guard descriptor >= 0 else { throw Failure.system(.create, self.path) }
  }

  deinit {
    close(descriptor)
  }

  /// Appends all the bytes.
  ///
  /// - Throws: `Failure` 74.
  public func write(_ bytes: UnsafeRawBufferPointer) throws {
    try writeFully(bytes, to: descriptor, path: path)
    checksum?.update(bytes)
    byteCount += bytes.count
  }

  /// Appends all the bytes.
  public func write(_ bytes: [UInt8]) throws {
    try bytes.withUnsafeBytes { try write($0) }
  }

  /// Waits until the content is on the disk.
  ///
  /// - Throws: `Failure` 74; the system reports here what went wrong with earlier writes.
  public func synchronize() throws {
    guard fsync(descriptor) == 0 else { throw Failure.system(.save, path) }
  }

  /// The SHA-256 of all that was written; call it once, at the end.
  ///
  /// - Precondition: the file was created with `computesChecksum`.
  public func finishChecksum() -> SHA256Digest {
    checksum!.finish()
  }
}

/// Writes all the bytes, however many calls that takes.
func writeFully(_ bytes: UnsafeRawBufferPointer, to descriptor: Int32, path: String) throws {
  var remaining = bytes
  while !remaining.isEmpty {
    let written = write(descriptor, remaining.baseAddress!, remaining.count)
    if written < 0 && errno == EINTR { continue }
    guard written >= 0 else { throw Failure.system(.write, path) }
    remaining = UnsafeRawBufferPointer(rebasing: remaining[written...])
  }
}

/// Writes a file so that, whatever happens, its name stands for the whole old or the whole new content: under a
/// temporary name in the same folder, then fsync, rename, and fsync of the folder.
///
/// - Throws: `Failure` 73 or 74, or what `content` throws; the temporary file is removed then.
public func writeDurably(_ path: String, content: (OutputFile) throws -> Void) throws {
  let folder = FileSystem.folder(of: path)
  let temporary =
    "\(folder)/.\(FileSystem.name(of: path)).\(getpid())-\(UInt32.random(in: 0...UInt32.max))\(partialSuffix)"
  do {
    let file = try OutputFile(creating: temporary, as: path)
    try content(file)
    try file.synchronize()
    guard rename(temporary, path) == 0 else { throw Failure.system(.create, path) }
  } catch {
    unlink(temporary)
    throw error
  }
  try FileSystem.synchronizeFolder(folder)
}

private let partialSuffix = ".partial"

/// Removes from a folder what `writeDurably` left there when its process was killed. Nothing else may be writing there.
///
/// - Throws: `Failure` 66 or 74.
public func removePartialFiles(in folder: String) throws {
  for name in try FileSystem.names(in: folder) where name.hasPrefix(".") && name.hasSuffix(partialSuffix) {
    try FileSystem.remove(folder + "/" + name)
  }
}

/// Writes bytes durably; see the other form.
public func writeDurably(_ path: String, _ bytes: [UInt8]) throws {
  try writeDurably(path) { try $0.write(bytes) }
}
