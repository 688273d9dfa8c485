import Glibc

/// This process's rank as its launcher tells it before MPI is initialised; 0 without a launcher. Enough to decide who
/// prints what every rank finds alike in its arguments.
package enum LauncherRank {
  /// The rank from this process's environment.
  package static var current: Int {
    rank { name in getenv(name).map { String(cString: $0) } }
  }

  /// Whether this process is the first on its host, as far as its launcher tells; rank 0 where it does not tell.
  package static var isFirstOnHost: Bool {
    isFirstOnHost { name in getenv(name).map { String(cString: $0) } }
  }

  /// The same from any environment.
  package static func isFirstOnHost(_ variable: (String) -> String?) -> Bool {
    let slurm = variable("SLURM_STEP_ID") == nil ? [] : ["SLURM_LOCALID"]
    let names = ["OMPI_COMM_WORLD_LOCAL_RANK"] + slurm + ["MPI_LOCALRANKID"]
    for name in names {
      if let localRank = variable(name).flatMap({ Int($0) }) { return localRank == 0 }
    }
    return rank(variable) == 0
  }

  /// The rank from any environment. Slurm's number counts only inside a step: a batch script has it too.
  package static func rank(_ variable: (String) -> String?) -> Int {
    let slurm = variable("SLURM_STEP_ID") == nil ? [] : ["SLURM_PROCID"]
    let names = ["OMPI_COMM_WORLD_RANK", "PMIX_RANK"] + slurm + ["PMI_RANK"]
    for name in names {
      if let rank = variable(name).flatMap({ Int($0) }) { return rank }
    }
    return 0
  }
}
