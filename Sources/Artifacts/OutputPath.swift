import Diagnostics
import Glibc

extension FileSystem {
  /// Makes sure, before work is spent on its content, that `writeDurably` can create the file or replace a regular one
  /// of that name.
  ///
  /// - Throws: `Failure` 73 where the name stands for a folder or device, or its folder is missing or closed to this
  ///   user.
  public static func requireWritableFile(_ path: String) throws {
    var status = stat()
    if stat(path, &status) == 0, status.st_mode & S_IFMT != S_IFREG {
      let kind = status.st_mode & S_IFMT == S_IFDIR ? "a folder" : "no regular file"
      throw Failure(.cannotCreate, "cannot write \(path): it is \(kind)", help: "name a file")
    }
    let folder = folder(of: path)
    guard exists(folder) else {
      throw Failure(
        .cannotCreate, "cannot write \(path): there is no folder \(folder)",
        help: "create it first: mkdir -p \(folder)")
    }
    guard access(folder, W_OK | X_OK) == 0 else { throw Failure.system(.create, path) }
  }
}
