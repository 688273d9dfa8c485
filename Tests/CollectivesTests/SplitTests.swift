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

  @Test func whoWaitsLongIsCalledOnceASecond() {
    let result = MPIJob.run(ranks: 2, selfTest, ["calls"])
    #expect(result.exitCode == 0, "\(result)")
    #expect(
      result.standardOutput.hasPrefix("called ") && result.standardOutput != "called 0 times\n", "\(result)")
  }
}
