import Collectives

/// Sums of the training loss, kept apart for each of this rank's shards so that their total has the same bits at any
/// number of ranks, and of values that all ranks know anyway.
struct LossMeter {
  /// Loss sums of each of this rank's shards.
  var shardSums: [Double]
  /// Samples of the global batches added.
  var samples = 0
  /// Gradient norms, each times its batch's samples.
  var weightedNorm = 0.0

  init(shards: Int) {
    shardSums = [Double](repeating: 0, count: shards)
  }

  /// Counts a global batch, whose losses are in the shards' sums already.
  mutating func add(samples count: Int, norm: Double) {
    samples += count
    weightedNorm += norm * Double(count)
  }

  mutating func clear() {
    self = LossMeter(shards: shardSums.count)
  }

  /// Mean loss a sample; a collective call.
  func meanLoss(_ group: ProcessGroup) -> Double {
    let sum = shardSums.withUnsafeBufferPointer {
      group.sum(shardPartials: $0, width: 1, phase: "loss sum")[0]
    }
    return sum / Double(max(samples, 1))
  }

  var meanNorm: Double { weightedNorm / Double(max(samples, 1)) }
}
