import Glibc

/// Where a command's words go: the terminal of rank 0, nowhere on the other ranks.
package struct Console: Sendable {
  /// Writes a text as it is to standard output.
  package let write: @Sendable (String) -> Void
  /// Writes a text as it is to standard error.
  package let writeError: @Sendable (String) -> Void
  /// Columns that help is wrapped to.
  package let width: Int

  package init(
    width: Int, write: @escaping @Sendable (String) -> Void, writeError: @escaping @Sendable (String) -> Void
  ) {
    self.width = width
    self.write = write
    self.writeError = writeError
  }

  /// The process's own streams for rank 0, silence for any other.
  package static func standard(isRoot: Bool) -> Console {
    guard isRoot else { return Console(width: 80, write: { _ in }, writeError: { _ in }) }
    return Console(
      width: terminalWidth, write: { print($0, terminator: "") },
      writeError: writeToStandardError)
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
