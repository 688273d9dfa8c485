/// Which samples batch normalization takes its statistics from, in training.
public enum BatchNormScope: String, Sendable, CaseIterable {
  /// The whole batch on all ranks, as PyTorch's `SyncBatchNorm`; with one rank, as its `BatchNorm2d`.
  case global
  /// Each logical shard by itself, without messages but for the running statistics.
  case shard
}
