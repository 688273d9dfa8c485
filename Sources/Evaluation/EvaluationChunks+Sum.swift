import Collectives

extension EvaluationChunks {
  /// The sums over images of `width` numbers each, every chunk added up on the rank that has its shard; a collective
  /// call that gives the same bits on every rank and at any number of ranks (sums in double through the tree).
  ///
  /// - Parameter add: adds a chunk's numbers, image after image, to `width` sums.
  func sum(
    width: Int, group: ProcessGroup, phase: String,
    add: (Range<Int>, UnsafeMutablePointer<Double>) -> Void
  ) -> [Double] {
    let shardsPerRank = shards / group.size
    var sums = [Double](repeating: 0, count: shardsPerRank * width)
    sums.withUnsafeMutableBufferPointer { sums in
      for shard in 0..<shardsPerRank {
        for chunk in chunks(ofShard: group.rank * shardsPerRank + shard) {
          add(images(ofChunk: chunk), sums.baseAddress! + shard * width)
        }
      }
    }
    // An evaluation takes as long as its slowest rank, which others may have to wait for.
    return sums.withUnsafeBufferPointer { sums in
      group.allowing(seconds: 600) { group.sum(shardPartials: sums, width: width, phase: phase) }
    }
  }
}
