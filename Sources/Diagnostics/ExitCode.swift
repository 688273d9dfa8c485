/// What the program tells its caller when it ends. The numbers follow `sysexits.h` where it has a word for the case, so
/// that schedulers and scripts can act on them; Docs/operators.md lists them with the remedy for each.
public enum ExitCode: Int32, Sendable, CaseIterable {
  case success = 0
  case failure = 1
  /// A command line that can't be carried out.
  case usage = 64
  /// Data or a checkpoint that is damaged or of the wrong kind.
  case badData = 65
  /// An input file that is not there.
  case noInput = 66
  /// The ranks disagree, or a fault of the program itself.
  case internalError = 70
  /// Output that can't be created, or exists already.
  case cannotCreate = 73
  case inputOutput = 74
  /// Preempted with everything saved: run the same command again.
  case preempted = 75
  /// Another rank failed or hung.
  case peerFailed = 76
  case badConfiguration = 78
  case nonFiniteLoss = 85
  /// Interrupted by the user with everything saved.
  case interrupted = 130
}
