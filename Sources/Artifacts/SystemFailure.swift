import Diagnostics
import Glibc

/// What was being done to a path when the system refused.
package enum FileOperation: String, Sendable {
  case read
  case create
  case write
  case save
  case remove
}

extension Failure {
  /// The failure that belongs to `errno` after a system call on a path: 66 when an input can't be opened, 73 when an
  /// output can't be created, 74 for everything that goes wrong on the way.
  package static func system(_ operation: FileOperation, _ path: String, errno number: Int32 = errno)
    -> Failure
  {
    let isFaultOfDevice = [EIO, ENOSPC, EDQUOT, EMFILE, ENFILE, ENOMEM, ESTALE, EFBIG].contains(number)
    let code: ExitCode =
      switch operation {
      case .read: isFaultOfDevice ? .inputOutput : .noInput
      case .create: isFaultOfDevice ? .inputOutput : .cannotCreate
      case .write, .save, .remove: .inputOutput
      }
    let reason = String(cString: strerror(number))
    return Failure(code, "cannot \(operation.rawValue) \(path): \(reason)", help: remedy(operation, number))
  }

  private static func remedy(_ operation: FileOperation, _ number: Int32) -> String? {
    switch number {
    case ENOSPC, EDQUOT: "free some space there, or write to another file system"
    case EACCES, EPERM: "check the owner and permissions of the file and of the folders above it"
    case EROFS: "that file system is read-only; name another place"
    case ENOENT where operation == .create: "create the folder above it first"
    case ENOTDIR: "a part of that path is a file, not a folder"
    case EMFILE, ENFILE: "raise the limit on open files (ulimit -n)"
    default: nil
    }
  }
}
