import TestSupport
import Testing

/// Exchanges and places of processes; `collectives-selftest exchange` checks what arrives on every rank.
struct ExchangeTests {
  let selfTest = BuiltExecutable.path("collectives-selftest")

  @Test(arguments: [1, 2, 3, 8]) func broadcastGatherAndBarrierWorkAtAnyNumberOfRanks(ranks: Int) {
    let result = MPIJob.run(ranks: ranks, selfTest, ["exchange"])
    #expect(result.exitCode == 0 && result.standardOutput == "exchange done\n", "\(result)")
  }

  @Test func everyRankKnowsItsPlace() {
    let result = MPIJob.run(ranks: 3, selfTest, ["place"])
    #expect(result.exitCode == 0, "\(result)")
    for rank in 0..<3 {
      #expect(result.standardOutput.contains("\(rank)/3 local \(rank)/3 on "), "\(result)")
    }
    #expect(result.standardOutput.contains(" mpi Open MPI"), "\(result)")
  }

  @Test func boundCoresOfAllRanksOnAHostAreCountedTogether() {
    let free = Shell.run(selfTest, ["place"])
    guard !free.standardOutput.contains("cores 1 ") else { return }
    let bound = MPIJob.run(ranks: 2, selfTest, ["place"], options: ["--bind-to", "core"])
    #expect(bound.standardOutput.contains(" oversubscribed false "), "\(bound)")
  }

  @Test func moreRanksThanCoresAreOversubscribed() {
    let firstCore = "$(sed -n 's/^Cpus_allowed_list:[[:space:]]*\\([0-9]*\\).*/\\1/p' /proc/self/status)"
    let job = MPIJob.run(ranks: 2, "sh", ["-c", "exec taskset -c \(firstCore) \(selfTest) place"])
    #expect(job.standardOutput.contains("cores 1 oversubscribed true"), "\(job)")
  }

  @Test func aGroupOfOneNeedsNeitherALauncherNorAnEnvironment() {
    let result = Shell.run(selfTest, ["place"], environment: ["PATH": ""], inheritsEnvironment: false)
    #expect(result.exitCode == 0 && result.standardOutput.hasPrefix("0/1 local 0/1 on "), "\(result)")
    #expect(result.standardOutput.contains(" oversubscribed false mpi none"), "\(result)")
  }

  @Test func aLauncherOfOneProcessDoesNotStartMPI() {
    let result = MPIJob.run(ranks: 1, selfTest, ["place"])
    #expect(result.exitCode == 0 && result.standardOutput.contains(" mpi none"), "\(result)")
  }

  @Test func waitingRanksLeaveTheirCoreToOthers() throws {
    // Rank 0 sleeps for a second. A rank that polled all the time would use a second of its processor.
    let result = MPIJob.run(ranks: 2, selfTest, ["idle"])
    let line = try #require(result.standardOutput.split(separator: "\n").first { $0.hasPrefix("idle ") })
    let milliseconds = try #require(Int(line.dropFirst(5)))
    #expect(milliseconds < 300, "\(result)")
  }
}
