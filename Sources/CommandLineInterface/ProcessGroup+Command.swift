import Artifacts
import Collectives
import Diagnostics

/// Runs the body of a command on all ranks of the job, and leaves MPI in good order whatever comes of it.
///
/// - Parameter body: throws only failures that all ranks have agreed on.
/// - Returns: success. A process alone throws what the body throws; several ranks leave the program here, all with the
///   failure's code, once rank 0 has reported it.
func withProcessGroup(_ body: (ProcessGroup) throws -> Void) throws -> ExitCode {
  let group = try ProcessGroup.fromLauncher()
  do {
    try body(group)
  } catch  where group.size > 1 {
    let failure = error as? Failure ?? Failure(.failure, "\(error)")
    // The launcher ends the job as soon as one rank has left with a failure, so rank 0 speaks before they part.
    if group.isRoot { Console.standard(rank: 0).reportOwn(failure) }
    endProcess(group.exitAll(failure.code))
  }
  _ = group.exitAll(.success)
  return .success
}

extension ProcessGroup {
  /// Throws `Failure` 73 on every rank, before work is spent, where rank 0 could not write the file; it may replace one.
  func requireWritableFile(_ path: String) throws {
    try decideOnRoot(phase: "looking at the output's place") { try FileSystem.requireWritableFile(path) }
  }
}

/// This process's command line as a shell would take it.
func commandLineText() -> String {
  CommandLine.arguments.map { word in
    let plain = word.utf8.allSatisfy { byte in
      (UInt8(ascii: "a")...UInt8(ascii: "z")).contains(byte)
        || (UInt8(ascii: "A")...UInt8(ascii: "Z")).contains(byte)
        || (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(byte) || "-_=./,:".utf8.contains(byte)
    }
    return plain && !word.isEmpty
      ? word
      : "'"
        + word.split(separator: "'", omittingEmptySubsequences: false)
        .joined(separator: "'\\''") + "'"
  }.joined(separator: " ")
}
