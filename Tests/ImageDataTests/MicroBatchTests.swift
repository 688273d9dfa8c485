import ImageData
import Testing

/// Whether the ranges follow each other from `whole`'s beginning to its end.
private func tile(_ parts: [Range<Int>], _ whole: Range<Int>) -> Bool {
  parts.map(\.lowerBound) == [whole.lowerBound] + parts.dropLast().map(\.upperBound)
    && parts.last?.upperBound == whole.upperBound
}

@Test(arguments: [(132, 130, 16, 3), (1003, 128, 16, 4), (7, 5, 4, 5), (50, 13, 1, 1)])
func microBatchesTileTheBatchAndShardsTileThem(samples: Int, batch: Int, shards: Int, parts: Int) {
  let plan = BatchPlan(sampleCount: samples, batchSize: batch, shards: shards)
  for batch in 0..<plan.batchCount {
    let whole = plan.samples(ofBatch: batch)
    let micro = (0..<parts).map { plan.samples(ofMicroBatch: $0, of: parts, inBatch: batch) }
    #expect(tile(micro, whole))
    #expect(micro.map(\.count).max()! - micro.map(\.count).min()! <= 1)
    for part in micro {
      #expect(tile((0..<shards).map { plan.samples(ofShard: $0, in: part) }, part))
      // Ranks hold the same samples in the same shards.
      var ranks = 1
      while ranks <= shards {
        #expect(tile((0..<ranks).map { plan.samples(ofRank: $0, of: ranks, in: part) }, part))
        ranks *= 2
      }
    }
    if parts == 1 {
      for shard in 0..<shards {
        #expect(plan.samples(ofShard: shard, in: micro[0]) == plan.samples(ofShard: shard, inBatch: batch))
      }
    }
  }
}
