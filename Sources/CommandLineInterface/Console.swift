import Diagnostics
import Glibc

/// Where a command's words go: the terminal of rank 0, nowhere on the other ranks.
package struct Console: Sendable {
  /// Writes a text as it is to standard output.
  package let write: @Sendable (String) -> Void
  /// Writes a text as it is to standard error.
  package let writeError: @Sendable (String) -> Void
  /// Reports a failure that this rank may have alone, such as a file that its host lacks.
  package let reportOwn: @Sendable (Failure) -> Void
  /// Columns that help is wrapped to.
  package let width: Int

  package init(
    width: Int, write: @escaping @Sendable (String) -> Void, writeError: @escaping @Sendable (String) -> Void,
    reportOwn: @escaping @Sendable (Failure) -> Void
  ) {
    self.width = width
    self.write = write
    self.writeError = writeError
    self.reportOwn = reportOwn
  }

  /// The process's own streams for rank 0. Any other rank is silent, but for failures of its own.
  package static func standard(rank: Int) -> Console {
    if rank > 0 {
      return Console(
        width: 80, write: { _ in }, writeError: { _ in },
        reportOwn: { failure in
          // Where rank 0 fails alike, the launcher ends this process before it repeats the message.
          letRankZeroSpeak()
          let message = "rank \(rank) on \(hostName): \(failure.message)"
          writeToStandardError(Failure(failure.code, message, help: failure.help).text)
        })
    }
    return Console(
      width: terminalWidth, write: { print($0, terminator: "") }, writeError: writeToStandardError,
      reportOwn: { writeToStandardError($0.text) })
  }

  /// Waits long enough for rank 0 to print what it has in common with this rank. The launcher ends all ranks as soon as
  /// one leaves with a failure, and a rank 0 that starts late would be ended before its first word.
  package static func letRankZeroSpeak() {
    sleep(2)
  }

  private static var hostName: String {
    var bytes = [CChar](repeating: 0, count: 256)
    guard gethostname(&bytes, bytes.count - 1) == 0 else { return "an unknown host" }
    return String(decoding: bytes.prefix { $0 != 0 }.map { UInt8(bitPattern: $0) }, as: UTF8.self)
  }

  /// Past the C library's buffer, so that a process that is about to be killed has said it.
  @Sendable private static func writeToStandardError(_ text: String) {
    var bytes = Array(text.utf8)[...]
    while !bytes.isEmpty {
      let count = bytes.withUnsafeBytes { Glibc.write(STDERR_FILENO, $0.baseAddress, $0.count) }
      if count < 0, errno != EINTR { return }
      bytes = bytes.dropFirst(max(0, count))
    }
  }

  private static var terminalWidth: Int {
    var size = winsize()
    guard isatty(STDOUT_FILENO) == 1, ioctl(STDOUT_FILENO, UInt(TIOCGWINSZ), &size) == 0, size.ws_col > 0
    else {
      return 80
    }
    return Int(size.ws_col)
  }
}

extension Failure {
  /// The lines that report it: `Error: …`, and `Help:  …` where there is help.
  package var text: String {
    "Error: \(message)\n" + (help.map { "Help:  \($0)\n" } ?? "")
  }
}
