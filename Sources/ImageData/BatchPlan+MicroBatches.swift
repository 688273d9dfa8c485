/// A batch in parts, which go through the model one after another: memory for rows is needed for a part only.
///
/// Each part is cut into shards as a whole batch is, so that its gradients can be summed over shards and ranks in the one
/// tree; the parts' sums are then added in order. Neither depends on the number of ranks.
extension BatchPlan {
  /// Of a batch of m samples, micro-batch k of K holds [floor(k·m/K), floor((k+1)·m/K)): none where m is below K and k
  /// is passed over.
  public func samples(ofMicroBatch part: Int, of count: Int, inBatch batch: Int) -> Range<Int> {
    precondition(part >= 0 && part < count)
    let whole = samples(ofBatch: batch)
    return whole.lowerBound + part * whole.count / count..<whole.lowerBound + (part + 1) * whole.count / count
  }

  /// The samples of all shards of a rank, of a micro-batch's or any other samples.
  public func samples(ofRank rank: Int, of ranks: Int, in samples: Range<Int>) -> Range<Int> {
    self.samples(ofShards: shards(ofRank: rank, of: ranks), in: samples)
  }

  /// The samples of one shard, of a micro-batch's or any other samples.
  public func samples(ofShard shard: Int, in samples: Range<Int>) -> Range<Int> {
    self.samples(ofShards: shard..<(shard + 1), in: samples)
  }
}
