import Diagnostics

/// A failure as it travels between ranks: its code, then message and help, with a 0 between them where there is help.
extension Failure {
  var bytes: [UInt8] {
    [UInt8(code.rawValue)] + Array(message.utf8) + (help.map { [0] + Array($0.utf8) } ?? [])
  }

  init(bytes: ArraySlice<UInt8>) {
    let parts = bytes.dropFirst().split(separator: 0, maxSplits: 1, omittingEmptySubsequences: false)
    self.init(
      ExitCode(rawValue: Int32(bytes.first!))!, String(decoding: parts[0], as: UTF8.self),
      help: parts.count > 1 ? String(decoding: parts[1], as: UTF8.self) : nil)
  }
}
