import TestSupport
import Testing

/// How jobs end: together with one code and message where all ranks can agree, at once where one rank is lost.
struct FaultTests {
  let selfTest = BuiltExecutable.path("collectives-selftest")

  @Test(arguments: [1, 2, 3]) func aDecisionOfRankZeroReachesAllRanks(ranks: Int) {
    let made = MPIJob.run(ranks: ranks, selfTest, ["decide"])
    #expect(made.exitCode == 0 && made.standardOutput == "decided\n", "\(made)")
    let failed = MPIJob.run(ranks: ranks, selfTest, ["decide", "fail"])
    #expect(failed.exitCode == 66, "\(failed)")
    #expect(failed.errorLines == ["Error: no such file: x.gz"], "\(failed)")
  }

  @Test func aFailureOfOneRankEndsAllWithItsCode() {
    let result = MPIJob.run(ranks: 4, selfTest, ["agree", "2"])
    #expect(result.exitCode == 65, "\(result)")
    #expect(result.errorLines.count == 1, "\(result)")
    #expect(result.errorLines.first?.hasPrefix("Error: rank 2 on ") == true, "\(result)")
    #expect(result.errorLines.first?.hasSuffix(": file is cut short") == true, "\(result)")
  }

  @Test func aGroupOfOneThrowsItsFailureAsItIs() {
    let result = Shell.run(selfTest, ["agree", "0"])
    #expect(result.exitCode == 65)
    #expect(result.standardError == "Error: file is cut short\n")
  }

  @Test(arguments: [0, 2]) func aRankThatDiffersFromMostIsNamed(odd: Int) {
    let result = MPIJob.run(ranks: 4, selfTest, ["differ", "\(odd)"])
    #expect(result.exitCode == 70, "\(result)")
    #expect(result.errorLines.count == 1, "\(result)")
    #expect(result.errorLines.first?.hasPrefix("Error: the program of rank \(odd) on ") == true, "\(result)")
    #expect(result.errorLines.first?.contains("that of rank \(odd == 0 ? 1 : 0) on ") == true, "\(result)")
  }

  @Test func ranksThatAreNoPowerOfTwoEndWithUsage() {
    let result = MPIJob.run(ranks: 3, selfTest, ["shards", "16"])
    #expect(result.exitCode == 64, "\(result)")
    #expect(result.errorLines == ["Error: 3 ranks can't share --shards 16 evenly"], "\(result)")
  }

  @Test func aFaultOfOneRankAbortsTheJobWithItsCode() {
    let result = MPIJob.run(ranks: 4, selfTest, ["abort", "1"])
    #expect(result.exitCode == 74 && !result.timedOut, "\(result)")
    #expect(result.errorLines.first?.hasPrefix("Error: rank 1 on ") == true, "\(result)")
    #expect(result.errorLines.first?.hasSuffix(" in 'writing': disk is full") == true, "\(result)")
  }

  @Test func aRankThatStopsIsNamedAndEndsTheJob() {
    let result = MPIJob.run(ranks: 2, selfTest, ["hang", "0"], timeLimit: 25)
    #expect(result.exitCode == 76 && !result.timedOut, "\(result)")
    #expect(result.standardError.contains("Error: rank 1 on "), "\(result)")
    #expect(result.standardError.contains(" waited 1 s for rank 0 on "), "\(result)")
    #expect(result.standardError.contains(" in 'gradient sum'\n"), "\(result)")
  }

  @Test func aLongWaitThatIsAllowedIsNoHang() {
    let result = MPIJob.run(ranks: 2, selfTest, ["hang", "0", "60"])
    #expect(result.exitCode == 0 && result.standardOutput == "not hung\n", "\(result)")
  }

  @Test func aRankKilledInsideACollectiveEndsTheJob() {
    let result = MPIJob.run(ranks: 4, selfTest, ["kill", "2"], timeLimit: 60)
    #expect(result.exitCode != 0 && !result.timedOut, "\(result)")
  }

  @Test func tasksThatCannotConnectAreRefused() {
    let slurm = ["SLURM_STEP_ID": "0", "SLURM_PROCID": "1", "SLURM_STEP_NUM_TASKS": "4"]
    let result = Shell.run(selfTest, ["place"], environment: slurm)
    #expect(result.exitCode == 64, "\(result)")
    #expect(result.errorLines == ["Error: the launcher started 4 processes, but MPI sees each of them alone"])
  }
}

extension ShellResult {
  /// The program's own lines, without what mpirun adds.
  fileprivate var errorLines: [String] {
    standardError.split(separator: "\n").map(String.init).filter { $0.hasPrefix("Error: ") }
  }
}
