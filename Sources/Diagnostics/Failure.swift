/// A fault that ends the command: one line that says what is wrong, one that says what to do about it, and the exit
/// code. Faults of the program itself are `preconditionFailure`s instead.
public struct Failure: Error, Sendable, Equatable {
  public let code: ExitCode
  /// What is wrong, with the offending name or value in it; no full stop, no newline.
  public let message: String
  /// The remedy, where there is one to name.
  public let help: String?

  public init(_ code: ExitCode, _ message: String, help: String? = nil) {
    self.code = code
    self.message = message
    self.help = help
  }
}
