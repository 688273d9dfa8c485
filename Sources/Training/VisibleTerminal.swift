import Artifacts
import Glibc

/// The terminal on which a person sees what this process writes to standard output, if there is one.
///
/// Open MPI gives every rank on its own host a pseudo-terminal, even where the job's output goes to a file. What counts
/// there is where `mpirun` itself writes, the nearest process above this one that has another standard output.
struct VisibleTerminal {
  /// Its device, as in /dev/pts/0.
  let path: String

  /// The terminal of this process; nil where its output goes elsewhere.
  static func current() -> VisibleTerminal? {
    guard isatty(STDOUT_FILENO) == 1, let own = standardOutput(of: getpid()) else { return nil }
    guard getenv("OMPI_COMM_WORLD_RANK") != nil else { return VisibleTerminal(path: own) }
    var ancestor = getppid()
    while ancestor > 1, let output = standardOutput(of: ancestor) {
      if output != own {
        return output.hasPrefix("/dev/pts/") || output.hasPrefix("/dev/tty") ? .init(path: output) : nil
      }
      ancestor = parent(of: ancestor)
    }
    return nil
  }

  /// Its width at this moment, 80 where it doesn't say.
  var columns: Int {
    let descriptor = open(path, O_RDONLY | O_NOCTTY | O_CLOEXEC)
    guard descriptor >= 0 else { return 80 }
    defer { close(descriptor) }
    var size = winsize()
    return ioctl(descriptor, UInt(TIOCGWINSZ), &size) == 0 && size.ws_col > 0 ? Int(size.ws_col) : 80
  }

  private static func standardOutput(of process: pid_t) -> String? {
    var target = [UInt8](repeating: 0, count: Int(PATH_MAX))
    let capacity = target.count
    let length = target.withUnsafeMutableBytes {
      readlink("/proc/\(process)/fd/1", $0.baseAddress!, capacity)
    }
    return length > 0 ? String(decoding: target[..<length], as: UTF8.self) : nil
  }

  private static func parent(of process: pid_t) -> pid_t {
    let status =
      (try? FileSystem.read("/proc/\(process)/status")).map { String(decoding: $0, as: UTF8.self) } ?? ""
    let line = status.split(separator: "\n").first { $0.hasPrefix("PPid:") }
    return line.flatMap { pid_t($0.dropFirst(5).drop { $0 == "\t" || $0 == " " }) } ?? 0
  }
}
