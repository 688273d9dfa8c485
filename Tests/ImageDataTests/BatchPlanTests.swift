import ImageData
import Testing

private let shapes = [
  BatchPlan(sampleCount: 60_000, batchSize: 128, shards: 16),
  BatchPlan(sampleCount: 1003, batchSize: 128, shards: 16),
  BatchPlan(sampleCount: 132, batchSize: 130, shards: 16),
  BatchPlan(sampleCount: 7, batchSize: 128, shards: 16),
  BatchPlan(sampleCount: 50, batchSize: 1, shards: 1024),
  BatchPlan(sampleCount: 50, batchSize: 13, shards: 1),
]

/// Whether the ranges follow each other from `whole`'s beginning to its end.
private func tile(_ parts: [Range<Int>], _ whole: Range<Int>) -> Bool {
  var position = whole.lowerBound
  for part in parts {
    if part.lowerBound != position { return false }
    position = part.upperBound
  }
  return position == whole.upperBound
}

@Test(arguments: shapes)
func batchesTileTheEpoch(_ plan: BatchPlan) {
  let batches = (0..<plan.batchCount).map { plan.samples(ofBatch: $0) }
  #expect(tile(batches, 0..<plan.sampleCount))
  #expect(batches.dropLast().allSatisfy { $0.count == plan.batchSize })
  #expect(batches.allSatisfy { !$0.isEmpty })
}

@Test(arguments: shapes)
func shardsTileEveryBatch(_ plan: BatchPlan) {
  for batch in 0..<plan.batchCount {
    let parts = (0..<plan.shards).map { plan.samples(ofShard: $0, inBatch: batch) }
    #expect(tile(parts, plan.samples(ofBatch: batch)))
    let sizes = parts.map(\.count)
    #expect(sizes.max()! - sizes.min()! <= 1)
  }
}

@Test(arguments: shapes, [1, 2, 4, 8, 16])
func ranksHoldWholeShardsAndTileEveryBatch(_ plan: BatchPlan, _ ranks: Int) {
  guard plan.shards % ranks == 0 else { return }
  for batch in 0..<plan.batchCount {
    let parts = (0..<ranks).map { plan.samples(ofRank: $0, of: ranks, inBatch: batch) }
    #expect(tile(parts, plan.samples(ofBatch: batch)))
    for rank in 0..<ranks {
      let own = plan.shards(ofRank: rank, of: ranks).map { plan.samples(ofShard: $0, inBatch: batch) }
      #expect(tile(own, parts[rank]))
    }
  }
}

@Test func aBatchSmallerThanTheShardsLeavesSomeEmpty() {
  let plan = BatchPlan(sampleCount: 130 + 2, batchSize: 130, shards: 16)
  let sizes = (0..<16).map { plan.samples(ofShard: $0, inBatch: 1).count }
  #expect(sizes == [0, 0, 0, 0, 0, 0, 0, 1, 0, 0, 0, 0, 0, 0, 0, 1])
}

@Test func raggedShardsStandWhereTheFormulaSays() {
  let plan = BatchPlan(sampleCount: 130, batchSize: 130, shards: 16)
  #expect(
    (0..<16).map { plan.samples(ofShard: $0, inBatch: 0).count } == [
      8, 8, 8, 8, 8, 8, 8, 9, 8, 8, 8, 8, 8, 8, 8, 9,
    ])
}
