import Artifacts
import Diagnostics

/// How groups of ranks share out the trials of a sweep: whoever creates the file of a trial's number first has it. The
/// files are in one folder that all hosts see.
struct TrialClaims {
  let folder: String

  private static let tokenName = "token"
  private static let doneSuffix = ".done"

  /// Takes a trial for a group, described for people; false where another has it.
  func claim(_ trial: Int, by group: String) throws -> Bool {
    try FileSystem.createNewFile(path(trial), Array(group.utf8))
  }

  /// Which group has the trial, as it described itself.
  func claimant(of trial: Int) -> String {
    (try? FileSystem.read(path(trial))).map { String(decoding: $0, as: UTF8.self) } ?? ""
  }

  /// Tells the others how a trial ended.
  func report(_ outcome: TrialOutcome, of trial: Int) throws {
    try writeDurably(path(trial) + Self.doneSuffix, Array(outcome.json.compactText.utf8))
  }

  /// How the trial ended, where it has and this host knows already.
  func outcome(of trial: Int) -> TrialOutcome? {
    let file = path(trial) + Self.doneSuffix
    guard FileSystem.exists(file), let bytes = try? FileSystem.read(file),
      let json = try? JSONValue(parsing: bytes, file: file)
    else { return nil }
    return TrialOutcome(json: json)
  }

  private func path(_ trial: Int) -> String { "\(folder)/\(padded(trial, 3))" }

  // MARK: - Whether all hosts see the folder

  /// Leaves a mark that no other folder has, and gives it.
  func writeToken() throws -> String {
    let token = "\(UInt64.random(in: 0 ... .max))"
    try writeDurably("\(folder)/\(Self.tokenName)", Array(token.utf8))
    return token
  }

  /// - Throws: `Failure` 73 where this host has another folder of that name, or none.
  func requireToken(_ token: String) throws {
    let found = try? FileSystem.read("\(folder)/\(Self.tokenName)")
    guard found.map({ String(decoding: $0, as: UTF8.self) }) == token else {
      throw Failure(
        .cannotCreate, "the sweep's folder is not the one that rank 0 sees: \(folder)",
        help: "name a folder on a disk that all hosts share with --sweep-dir")
    }
  }
}
