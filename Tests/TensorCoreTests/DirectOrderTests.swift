import TensorCore
import TestSupport
import Testing

// What fixes the bits of a direct convolution: the geometry and the numbers, not rows, threads or how shards lie on ranks.
// Numbers of wide exponents, so that another order of adding shows.

private let samples = Array(ConvolutionGeometry.randomSamples.prefix(24)) + ConvolutionGeometry.modelSamples

@Test(arguments: samples) func directProductsHaveTheSameBitsOnAnyNumberOfThreads(
  geometry: ConvolutionGeometry
) {
  let problem = DirectProblem(geometry, rows: 11, generate: wideFloats)
  let offsets = [0, 1, 1, 4, 6, 7, 9, 10, 11]
  let coarse = problem.correlate(negativeSlope: 0.2)
  let fine = problem.spread(negativeSlope: 0.2)
  let gradient = problem.weightGradient(offsets: offsets)
  for threads in [2, 3] {
    let team = ThreadTeam(count: threads)
    expectSameBits("coarse", problem.correlate(negativeSlope: 0.2, team: team), coarse)
    expectSameBits("fine", problem.spread(negativeSlope: 0.2, team: team), fine)
    expectSameBits("weightGradient", problem.weightGradient(offsets: offsets, team: team), gradient)
    expectSameBits(
      "weightGradient of two shards", problem.weightGradient(offsets: [0, 5, 11], team: team),
      problem.weightGradient(offsets: [0, 5, 11]))
  }
}

@Test(arguments: samples) func anImagesBitsDependOnNoOther(geometry: ConvolutionGeometry) {
  let problem = DirectProblem(geometry, rows: 8, generate: wideFloats)
  let coarse = problem.correlate(negativeSlope: 0.2)
  let fine = problem.spread(negativeSlope: 0.2)
  for (first, count) in [(0, 1), (7, 1), (3, 2), (2, 6)] {
    expectSameBits(
      "coarse", problem.correlate(first: first, count: count, negativeSlope: 0.2),
      coarse[first * geometry.coarse.count..<(first + count) * geometry.coarse.count])
    expectSameBits(
      "fine", problem.spread(first: first, count: count, negativeSlope: 0.2),
      fine[first * geometry.fine.count..<(first + count) * geometry.fine.count])
  }
}

@Test(arguments: samples) func shardsOfWeightGradientsAreAddedInTheTree(geometry: ConvolutionGeometry) {
  let problem = DirectProblem(geometry, rows: 13, generate: wideFloats)
  for offsets in [evenOffsets(rows: 13, shards: 16), [0, 0, 5, 6, 6, 6, 10, 13, 13]] {
    let parts = zip(offsets, offsets.dropFirst()).map { first, end in
      problem.weightGradient(first: first, offsets: [0, end - first])
    }
    expectSameBits("weightGradient", problem.weightGradient(offsets: offsets), treeSum(parts))
  }
}

@Test func weightGradientsAddedInAnotherOrderDiffer() {
  let problem = DirectProblem(ConvolutionGeometry.modelSamples[5], rows: 8, generate: wideFloats)
  let parts = (0..<8).map { problem.weightGradient(first: $0, offsets: [0, 1]) }
  expectDifferentBits(
    "left to right", leftToRightSum(parts), problem.weightGradient(offsets: Array(0...8)))
}

/// Larger sums than a kernel would make, over teams and shards of all sizes.
@Test(arguments: [1, 2, 4, 8, 32, 128], [1, 2, 3, 5]) func theTreeOfShardsIsTheTreeSum(
  shards: Int, threads: Int
) {
  let count = 37
  let parts = (0..<shards).map { wideFloats(count, seed: UInt32($0)) }
  let tree = ShardSumTree(count: count)
  let team = ThreadTeam(count: threads)
  for _ in 0..<2 {
    let sum = tree.sum(shardCount: shards, team: team) { place in
      for index in 0..<count {
        var value = parts[place.shard][index]
        for waiting in 0..<place.waitingCount { value += place.waiting(waiting)[index] }
        place.sum[index] = value
      }
    }
    expectSameBits("sum", UnsafeBufferPointer(start: sum, count: count), treeSum(parts))
  }
}
