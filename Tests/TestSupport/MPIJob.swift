import Synchronization

/// Runs executables under `mpirun`, one job at a time: tests run side by side, and many ranks on few cores are slow
/// enough alone.
public enum MPIJob {
  private static let turn = Mutex(())

  /// Runs `mpirun -n ranks executable arguments` on this host, oversubscribed where needed and also as root. `options` are
  /// further ones for `mpirun`; a ":" among the arguments begins the part of other ranks. `meanwhile` is done
  /// while the job runs.
  public static func run(
    ranks: Int, _ executable: String, _ arguments: [String] = [], environment: [String: String?] = [:],
    options: [String] = ["--bind-to", "none"], workingDirectory: String? = nil, timeLimit: Double = 120,
    meanwhile: (RunningProcess) -> Void = { _ in }
  ) -> ShellResult {
    var variables: [String: String?] = [
      "OMPI_ALLOW_RUN_AS_ROOT": "1", "OMPI_ALLOW_RUN_AS_ROOT_CONFIRM": "1",
      // For the moments inside MPI itself, its start and end: give way to the other ranks.
      "OMPI_MCA_mpi_yield_when_idle": "1",
    ]
    for (name, value) in environment { variables[name] = value }
    return turn.withLock { _ in
      Shell.run(
        "mpirun", ["-n", "\(ranks)", "--oversubscribe"] + options + [executable] + arguments,
        environment: variables, workingDirectory: workingDirectory, timeLimit: timeLimit, meanwhile: meanwhile
      )
    }
  }
}
