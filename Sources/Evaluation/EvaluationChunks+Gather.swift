import Collectives

extension EvaluationChunks {
  /// Computes a row of numbers for every image, each chunk on the rank that has its shard, and collects the rows at
  /// rank 0; a collective call.
  ///
  /// - Parameters:
  ///   - width: the numbers in a row.
  ///   - compute: gives the rows of some consecutive images, valid until its next call.
  /// - Returns: (images, width) on rank 0, nothing on the others.
  func gather(
    width: Int, group: ProcessGroup, phase: String, compute: (Range<Int>) -> UnsafePointer<Float>
  ) -> [Float] {
    let shardsPerRank = shards / group.size
    func owner(_ chunk: Int) -> Int { chunk % shards / shardsPerRank }
    var own: [Float] = []
    for chunk in 0..<count where owner(chunk) == group.rank {
      let range = images(ofChunk: chunk)
      own += UnsafeBufferPointer(start: compute(range), count: range.count * width)
    }
    // As in an evaluation, rank 0 may have to wait for a slower one.
    return group.allowing(seconds: 600) {
      own.withUnsafeBufferPointer { own in
        group.gatherBlocks(
          own, blockSizes: (0..<count).map { images(ofChunk: $0).count * width }, owner: owner, phase: phase)
      }
    }
  }
}
