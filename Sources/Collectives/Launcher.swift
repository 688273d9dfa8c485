import Diagnostics

/// What started this process, read from the environment that launchers leave behind.
package enum Launcher: Equatable {
  /// Nothing, or a launcher of one process: MPI is not needed.
  case none
  /// An MPI launcher. `size` is the number of processes where it says so.
  case mpi(size: Int?)

  /// Decides from Open MPI's, Slurm's and PMI's variables, in this order: `mpirun` inside a Slurm job leaves Slurm's
  /// variables of the job, or of its own helper step, in the environment of its ranks.
  ///
  /// Throws `Failure` 64 where Slurm started several tasks without the PMIx service that lets MPI connect them: each
  /// would otherwise train alone, and all write the same files.
  package static func detect(_ environment: (String) -> String?) throws -> Launcher {
    func number(_ name: String) -> Int? { environment(name).flatMap { Int($0) } }

    if let size = number("OMPI_COMM_WORLD_SIZE") { return size > 1 ? .mpi(size: size) : .none }

    let isSlurmStep = environment("SLURM_STEP_ID") != nil && environment("SLURM_PROCID") != nil
    if isSlurmStep, let tasks = number("SLURM_STEP_NUM_TASKS") {
      if tasks <= 1 { return .none }
      guard environment("PMIX_RANK") != nil else { throw disconnected(tasks) }
      return .mpi(size: tasks)
    }

    if let size = number("PMI_SIZE") { return size > 1 ? .mpi(size: size) : .none }
    return environment("PMIX_RANK") != nil ? .mpi(size: nil) : .none
  }

  /// The failure of a job whose launcher started several processes that MPI can't connect.
  package static func disconnected(_ processes: Int) -> Failure {
    Failure(
      .usage, "the launcher started \(processes) processes, but MPI sees each of them alone",
      help: "start them with 'srun --mpi=pmix', or with the 'mpirun' of the MPI this program is linked to")
  }
}
