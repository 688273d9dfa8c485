import TestSupport
import Testing

/// Groups of ranks side by side; `collectives-selftest split` checks them on every rank.
struct SplitTests {
  let selfTest = BuiltExecutable.path("collectives-selftest")

  @Test(arguments: [1, 2, 4, 8]) func groupsOfRanksWorkSideBySide(ranks: Int) {
    for window in ranks == 4 ? ["on", "off"] : ["on"] {
      let result = MPIJob.run(
        ranks: ranks, selfTest, ["split"], environment: ["ATELIER_SHARED_WINDOW": window])
      #expect(result.exitCode == 0 && result.standardOutput == "exchange done\n", "\(result)")
    }
  }

  @Test func aFaultInAGroupEndsTheJobAndNamesTheRankByItsNumberInTheJob() {
    for ranks in [2, 4] {
      let result = MPIJob.run(ranks: ranks, selfTest, ["part"])
      #expect(result.exitCode == 74 && !result.timedOut, "\(result)")
      #expect(result.standardError.contains("Error: rank \(ranks - 1) on "), "\(result)")
    }
    let hung = MPIJob.run(ranks: 4, selfTest, ["part", "hang"], timeLimit: 25)
    #expect(hung.exitCode == 76 && !hung.timedOut, "\(hung)")
    #expect(hung.standardError.contains("Error: rank 2 on "), "\(hung)")
    #expect(hung.standardError.contains(" waited 1 s for rank 3 on "), "\(hung)")
  }

  @Test func whoWaitsLongIsCalledOnceASecond() {
    let result = MPIJob.run(ranks: 2, selfTest, ["calls"])
    #expect(result.exitCode == 0, "\(result)")
    #expect(
      result.standardOutput.hasPrefix("called ") && result.standardOutput != "called 0 times\n", "\(result)")
  }
}
