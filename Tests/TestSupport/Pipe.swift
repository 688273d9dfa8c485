import Glibc

/// What a child process writes, collected. Its descriptors close on exec, so that other children don't hold them open.
final class Pipe {
  private var readEnd: Int32
  private(set) var writeEnd: Int32
  private var bytes: [UInt8] = []

  init() {
    var ends: [Int32] = [-1, -1]
    precondition(pipe(&ends) == 0, "no more file descriptors")
    for end in ends { _ = fcntl(end, F_SETFD, FD_CLOEXEC) }
    readEnd = ends[0]
    writeEnd = ends[1]
  }

  deinit {
    closeWriteEnd()
    closeReadEnd()
  }

  var text: String { String(decoding: bytes, as: UTF8.self) }

  func closeWriteEnd() {
    if writeEnd >= 0 { close(writeEnd) }
    writeEnd = -1
  }

  private func closeReadEnd() {
    if readEnd >= 0 { close(readEnd) }
    readEnd = -1
  }

  /// Waits a moment for something to read in either pipe and reads it; false when both are at their end.
  static func collect(_ first: Pipe, _ second: Pipe, milliseconds: Int32) -> Bool {
    var polls = [first, second].map { pollfd(fd: $0.readEnd, events: Int16(POLLIN), revents: 0) }
    poll(&polls, 2, milliseconds)
    for (pipe, result) in zip([first, second], polls) where result.revents != 0 {
      var buffer = [UInt8](repeating: 0, count: 65_536)
      let count = read(pipe.readEnd, &buffer, buffer.count)
      if count > 0 { pipe.bytes += buffer[..<count] } else { pipe.closeReadEnd() }
    }
    return first.readEnd >= 0 || second.readEnd >= 0
  }
}
