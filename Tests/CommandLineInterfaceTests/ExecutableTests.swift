import TestSupport
import Testing

private let program = BuiltExecutable.path("atelier")

@Test func allRanksLeaveAlikeAndRankZeroAloneSpeaks() {
  for rank in 0..<2 {
    let environment = ["OMPI_COMM_WORLD_RANK": "\(rank)", "OMPI_COMM_WORLD_SIZE": "2"]
    let faulty = Shell.run(program, ["train", "dense-ae", "--batch", "0"], environment: environment)
    #expect(faulty.exitCode == 64 && faulty.standardOutput == "")
    #expect(
      faulty.standardError.hasPrefix("Error: The value '0' is invalid for '--batch <n>'.") == (rank == 0))
    #expect(faulty.standardError.isEmpty == (rank > 0))
    let dryRun = Shell.run(program, ["train", "dense-ae", "--dry-run"], environment: environment)
    #expect(dryRun.exitCode == 0 && dryRun.standardError == "")
    #expect(dryRun.standardOutput.hasPrefix("# Repeat this run") == (rank == 0))
    #expect(dryRun.standardOutput.isEmpty == (rank > 0))
  }
}

@Test func aFaultOfOneRankAloneIsSaidWithItsRank() {
  let result = Shell.run(
    program, ["train", "dense-ae", "--config", "/nonexistent/c.toml"],
    environment: ["OMPI_COMM_WORLD_RANK": "3"])
  #expect(result.exitCode == 66)
  #expect(result.standardError.hasPrefix("Error: rank 3 on "))
  #expect(
    result.standardError.hasSuffix(
      ": cannot read /nonexistent/c.toml: No such file or directory\n"))
}

/// Without the wait of the other ranks, the launcher would end rank 0 before it has said anything.
@Test func aLateRankZeroStillSpeaks() {
  let script = """
    [ "$OMPI_COMM_WORLD_RANK" = 0 ] && sleep 0.5
    exec "$0" "$@"
    """
  let result = MPIJob.run(ranks: 4, "/bin/sh", ["-c", script, program, "train", "dense-ae", "--batch", "0"])
  #expect(result.exitCode == 64)
  let messages = result.standardError.split(separator: "\n").filter { $0.hasPrefix("Error: ") }
  #expect(messages.count == 1, "\(result)")
}
