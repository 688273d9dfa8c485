/// How the samples of an epoch are cut into batches, batches into logical shards, and shards shared among ranks.
///
/// All ranges are positions in the epoch's order. The cuts depend on the number of shards only, never on the number of
/// ranks: a rank has the shards r·S/n ..< (r+1)·S/n, and so the same samples in the same shards whatever n is.
public struct BatchPlan: Sendable, Equatable {
  public let sampleCount: Int
  /// Samples in every batch but the last, which takes what is left.
  public let batchSize: Int
  public let shards: Int

  public init(sampleCount: Int, batchSize: Int, shards: Int) {
    precondition(sampleCount > 0 && batchSize > 0 && shards > 0)
    self.sampleCount = sampleCount
    self.batchSize = batchSize
    self.shards = shards
  }

  /// Batches in an epoch.
  public var batchCount: Int { (sampleCount + batchSize - 1) / batchSize }

  public func samples(ofBatch batch: Int) -> Range<Int> {
    precondition(batch >= 0 && batch < batchCount)
    let start = batch * batchSize
    return start..<min(start + batchSize, sampleCount)
  }

  /// The samples of one shard; none where the batch has fewer samples than there are shards before it takes one.
  public func samples(ofShard shard: Int, inBatch batch: Int) -> Range<Int> {
    samples(ofShards: shard..<(shard + 1), inBatch: batch)
  }

  /// The samples of all shards of a rank.
  public func samples(ofRank rank: Int, of ranks: Int, inBatch batch: Int) -> Range<Int> {
    samples(ofShards: shards(ofRank: rank, of: ranks), inBatch: batch)
  }

  /// - Precondition: `ranks` divides the number of shards.
  public func shards(ofRank rank: Int, of ranks: Int) -> Range<Int> {
    precondition(shards % ranks == 0 && rank >= 0 && rank < ranks)
    let shardsPerRank = shards / ranks
    return (rank * shardsPerRank)..<((rank + 1) * shardsPerRank)
  }

  private func samples(ofShards part: Range<Int>, inBatch batch: Int) -> Range<Int> {
    samples(ofShards: part, in: samples(ofBatch: batch))
  }

  /// Of m samples, shard s holds [floor(s·m/S), floor((s+1)·m/S)).
  func samples(ofShards part: Range<Int>, in whole: Range<Int>) -> Range<Int> {
    precondition(part.lowerBound >= 0 && part.upperBound <= shards)
    let start = whole.lowerBound + part.lowerBound * whole.count / shards
    let end = whole.lowerBound + part.upperBound * whole.count / shards
    return start..<end
  }
}
