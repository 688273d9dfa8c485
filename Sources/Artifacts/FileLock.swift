import Diagnostics
import Glibc

/// A lock that one process at a time has, and that ends with it however it ends: by `release`, with the last reference, or
/// when the process is killed. The empty file that it is kept on stays.
public final class FileLock {
  private var descriptor: Int32
  /// False where the file system has no locks, so that others may have this one, too.
  public private(set) var isEnforced = true

  /// Takes the lock, and creates its file where it isn't there.
  ///
  /// - Returns: nil where another process has it, on whichever host.
  /// - Throws: `Failure` 73 where the file can't be created, 74 where the system can't lock it.
  public init?(taking path: String) throws {
    // For writing: network file systems lock nothing else for one process alone.
    descriptor = open(path, O_RDWR | O_CREAT | O_CLOEXEC, 0o666)
    guard descriptor >= 0 else { throw Failure.system(.create, path) }
    while flock(descriptor, LOCK_EX | LOCK_NB) != 0 {
      if errno == EINTR { continue }
      if [ENOLCK, ENOSYS, EOPNOTSUPP].contains(errno) {
        isEnforced = false
        return
      }
      let number = errno
      close(descriptor)
      descriptor = -1
      if number == EWOULDBLOCK { return nil }
      throw Failure.system(.write, path, errno: number)
    }
  }

  /// Gives it back, before the last reference is gone.
  public func release() {
    guard descriptor >= 0 else { return }
    close(descriptor)
    descriptor = -1
  }

  deinit {
    release()
  }
}
