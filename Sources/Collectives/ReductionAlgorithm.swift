/// How gradients are summed between ranks.
public enum ReductionAlgorithm: String, Sendable, CaseIterable {
  /// The fixed binary tree over shards: the same bits at any number of ranks.
  case tree
  /// `MPI_Allreduce`, for comparison of speed only: its bits may depend on ranks, message size and MPI's version.
  case mpi
}
