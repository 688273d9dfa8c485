import Diagnostics
import Glibc

/// The few operations on files and folders that a run needs beside writing them. Each throws a `Failure` that names the
/// path.
public enum FileSystem {
  /// Whether something of that name is there; a symbolic link counts if its target does.
  public static func exists(_ path: String) -> Bool {
    access(path, F_OK) == 0
  }

  /// Whether that is a folder, or a symbolic link to one.
  public static func isFolder(_ path: String) -> Bool {
    var status = stat()
    return stat(path, &status) == 0 && status.st_mode & S_IFMT == S_IFDIR
  }

  /// The whole of a file.
  ///
  /// - Throws: `Failure` 66 when it is not there or not readable, 74 when reading fails.
  public static func read(_ path: String) throws -> [UInt8] {
    let descriptor = open(path, O_RDONLY | O_CLOEXEC)
    guard descriptor >= 0 else { throw Failure.system(.read, path) }
    defer { close(descriptor) }
    var status = stat()
    guard fstat(descriptor, &status) == 0 else { throw Failure.system(.read, path) }
    guard status.st_mode & S_IFMT != S_IFDIR else { throw Failure.system(.read, path, errno: EISDIR) }
    // The size is a hint only: files of /proc say 0.
    var content: [UInt8] = []
    var room = max(Int(status.st_size) + 1, 4096)
    while true {
      let known = content.count
      content.append(
        contentsOf: try [UInt8](unsafeUninitializedCapacity: room) { buffer, count in
          while count < room {
            let received = Glibc.read(descriptor, buffer.baseAddress! + count, room - count)
            if received < 0 && errno == EINTR { continue }
            guard received >= 0 else { throw Failure.system(.read, path) }
            if received == 0 { break }
            count += received
          }
        })
      if content.count - known < room { return content }
      room = max(room, 65_536)
    }
  }

  /// Creates a folder and those above it; one that exists already is fine.
  ///
  /// - Throws: `Failure` 73 (or 74 for a full disk).
  public static func createFolder(_ path: String) throws {
    if mkdir(path, 0o777) == 0 { return }
    if errno == EEXIST && isFolder(path) { return }
    let parent = folder(of: path)
    guard errno == ENOENT, parent != path else { throw Failure.system(.create, path) }
    try createFolder(parent)
    // Another process may have been faster.
    guard mkdir(path, 0o777) == 0 || (errno == EEXIST && isFolder(path)) else {
      throw Failure.system(.create, path)
    }
  }

  /// Creates a folder that isn't there yet, and those above it where needed.
  ///
  /// - Returns: false where something of that name exists; of several processes that try at once one gets true.
  /// - Throws: `Failure` 73 (or 74 for a full disk).
  public static func createNewFolder(_ path: String) throws -> Bool {
    let parent = folder(of: path)
    if !exists(parent) { try createFolder(parent) }
    if mkdir(path, 0o777) == 0 { return true }
    guard errno == EEXIST else { throw Failure.system(.create, path) }
    return false
  }

  /// Creates a file that isn't there yet.
  ///
  /// - Returns: false where something of that name exists; of several processes that try at once, on whichever hosts, one
  ///   gets true.
  /// - Throws: `Failure` 73 (or 74 for a full disk).
  public static func createNewFile(_ path: String, _ bytes: [UInt8] = []) throws -> Bool {
    let descriptor = open(path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0o666)
    guard descriptor >= 0 else {
      guard errno == EEXIST else { throw Failure.system(.create, path) }
      return false
    }
    defer { close(descriptor) }
    try bytes.withUnsafeBytes { try writeFully($0, to: descriptor, path: path) }
    return true
  }

  /// Makes a symbolic link, or lets the one of that name point elsewhere, in one indivisible step.
  ///
  /// - Throws: `Failure` 73 or 74.
  public static func link(_ path: String, to target: String) throws {
    let temporary = "\(folder(of: path))/.\(name(of: path)).partial"
    try remove(temporary)
    guard symlink(target, temporary) == 0 else { throw Failure.system(.create, temporary) }
    guard rename(temporary, path) == 0 else {
      let failure = Failure.system(.create, path)
      unlink(temporary)
      throw failure
    }
    try synchronizeFolder(folder(of: path))
  }

  /// Whether two paths lead to one file or folder.
  public static func isSame(_ first: String, _ second: String) -> Bool {
    var (one, other) = (stat(), stat())
    return stat(first, &one) == 0 && stat(second, &other) == 0 && one.st_dev == other.st_dev
      && one.st_ino == other.st_ino
  }

  /// The names in a folder, sorted by their bytes.
  public static func names(in folder: String) throws -> [String] {
    guard let stream = opendir(folder) else { throw Failure.system(.read, folder) }
    defer { closedir(stream) }
    let nameOffset = MemoryLayout<dirent>.offset(of: \.d_name)!
    var names: [String] = []
    while let entry = readdir(stream) {
      let name = String(cString: (UnsafeRawPointer(entry) + nameOffset).assumingMemoryBound(to: CChar.self))
      if name != "." && name != ".." { names.append(name) }
    }
    return names.sorted { $0.utf8.lexicographicallyPrecedes($1.utf8) }
  }

  /// Whether a symbolic link of that name is there, wherever it points.
  public static func isLink(_ path: String) -> Bool {
    var status = stat()
    return lstat(path, &status) == 0 && status.st_mode & S_IFMT == S_IFLNK
  }

  /// Removes a file, a symbolic link, or a folder with all that is in it; nothing there is fine.
  public static func remove(_ path: String) throws {
    if unlink(path) == 0 || errno == ENOENT { return }
    // A folder: Linux says EISDIR, POSIX EPERM.
    guard errno == EISDIR || errno == EPERM else { throw Failure.system(.remove, path) }
    for name in try names(in: path) { try remove(path + "/" + name) }
    guard rmdir(path) == 0 || errno == ENOENT else { throw Failure.system(.remove, path) }
  }

  /// Makes the names in a folder durable: what was created, renamed or removed there survives a power cut.
  public static func synchronizeFolder(_ path: String) throws {
    let descriptor = open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC)
    guard descriptor >= 0 else { throw Failure.system(.save, path) }
    defer { close(descriptor) }
    // Some network file systems can't do it for folders and say EINVAL; there is nothing more to be done on those.
    guard fsync(descriptor) == 0 || errno == EINVAL else { throw Failure.system(.save, path) }
  }

  /// The folder that a path's last component is in.
  public static func folder(of path: String) -> String {
    let (parent, _) = split(path)
    return parent
  }

  /// The last component of a path.
  public static func name(of path: String) -> String {
    let (_, name) = split(path)
    return name
  }

  private static func split(_ path: String) -> (folder: String, name: String) {
    var trimmed = path[...]
    while trimmed.count > 1 && trimmed.hasSuffix("/") { trimmed.removeLast() }
    guard let slash = trimmed.lastIndex(of: "/") else {
      return (trimmed == "." ? ".." : ".", String(trimmed))
    }
    let name = String(trimmed[trimmed.index(after: slash)...])
    return (slash == trimmed.startIndex ? "/" : String(trimmed[..<slash]), name)
  }
}
