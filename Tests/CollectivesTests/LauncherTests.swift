import Collectives
import Diagnostics
import Testing

struct LauncherTests {
  private func detect(_ environment: [String: String]) throws -> Launcher {
    try Launcher.detect { environment[$0] }
  }

  @Test func aPlainProcessIsAlone() throws {
    #expect(try detect([:]) == .none)
    #expect(try detect(["OMPI_COMM_WORLD_SIZE": "1"]) == .none)
  }

  @Test func mpirunTellsTheNumberOfRanks() throws {
    #expect(try detect(["OMPI_COMM_WORLD_SIZE": "8", "PMIX_RANK": "3"]) == .mpi(size: 8))
    #expect(try detect(["PMIX_RANK": "0"]) == .mpi(size: nil))
  }

  @Test func aBatchScriptOfSlurmIsAlone() throws {
    #expect(try detect(["SLURM_NTASKS": "8", "SLURM_PROCID": "0", "SLURM_JOB_ID": "5"]) == .none)
    #expect(
      try detect(["SLURM_STEP_ID": "0", "SLURM_PROCID": "0", "SLURM_STEP_NUM_TASKS": "1", "PMIX_RANK": "0"])
        == .none)
  }

  @Test func tasksOfSrunWithPMIxAreRanks() throws {
    let environment = [
      "SLURM_STEP_ID": "0", "SLURM_PROCID": "2", "SLURM_STEP_NUM_TASKS": "4", "PMIX_RANK": "2",
    ]
    #expect(try detect(environment) == .mpi(size: 4))
  }

  @Test func mpirunInsideASlurmJobCountsItsOwnRanks() throws {
    // On other nodes mpirun's helper is a Slurm step with a task a node.
    let environment = [
      "OMPI_COMM_WORLD_SIZE": "1", "SLURM_STEP_ID": "0", "SLURM_PROCID": "1", "SLURM_STEP_NUM_TASKS": "2",
    ]
    #expect(try detect(environment) == .none)
  }

  @Test func tasksOfSrunWithoutPMIxAreRefused() throws {
    let environment = ["SLURM_STEP_ID": "0", "SLURM_PROCID": "1", "SLURM_STEP_NUM_TASKS": "4"]
    let failure = #expect(throws: Failure.self) { try detect(environment) }
    #expect(failure?.code == .usage)
    #expect(failure?.help?.contains("srun --mpi=pmix") == true)
  }

  @Test func aNumberOfRanksThatShardsCannotBeSharedByIsRefused() throws {
    for ranks in [1, 2, 4, 8, 16] { try ProcessGroup.requirePowerOfTwo(ranks: ranks, shards: 16) }
    let odd = #expect(throws: Failure.self) { try ProcessGroup.requirePowerOfTwo(ranks: 6, shards: 16) }
    #expect(
      odd == Failure(.usage, "6 ranks can't share --shards 16 evenly", help: "use 1, 2, 4, 8 or 16 ranks"))
    let many = #expect(throws: Failure.self) { try ProcessGroup.requirePowerOfTwo(ranks: 4, shards: 2) }
    #expect(many?.help == "use 1 or 2 ranks, or set --shards 4 for a new run")
  }
}
