import TensorCore
import TestSupport
import Testing

// What makes ranks and threads invisible: which images a kernel is given, and who works on them, changes no bit.

/// So many rows that kernels take more than one block.
private let rows = 67

@Test(arguments: WinogradProblem.smallSamples)
func anImagesBitsDependOnThatImageAlone(geometry: ConvolutionGeometry) {
  let problem = WinogradProblem(geometry, rows: rows, generate: wideFloats)
  let (coarse, fine) = (problem.correlate(), problem.spread())
  for (first, count) in [(0, 1), (1, 1), (5, 7), (13, 40), (66, 1)] {
    expectSameBits(
      "rows \(first), \(count)", problem.correlate(first: first, count: count),
      coarse[first * geometry.coarse.count..<(first + count) * geometry.coarse.count])
    expectSameBits(
      "rows \(first), \(count)", problem.spread(first: first, count: count),
      fine[first * geometry.fine.count..<(first + count) * geometry.fine.count])
  }
}

@Test(arguments: WinogradProblem.smallSamples)
func winogradProductsHaveTheSameBitsOnAnyNumberOfThreads(geometry: ConvolutionGeometry) {
  let problem = WinogradProblem(geometry, rows: rows, generate: wideFloats)
  let offsets = evenOffsets(rows: rows, shards: 32)
  for threads in [2, 3] {
    let team = ThreadTeam(count: threads)
    expectSameBits("correlate", problem.correlate(team: team), problem.correlate())
    expectSameBits("spread", problem.spread(team: team), problem.spread())
    expectSameBits(
      "weight gradient", problem.weightGradient(offsets: offsets, team: team),
      problem.weightGradient(offsets: offsets))
  }
}

/// n ranks that each sum their shards and then add up in the tree have the bits of one rank with all shards.
@Test(arguments: WinogradProblem.smallSamples, [1, 4, 16])
func winogradWeightGradientsOfShardsAreAddedInTheTree(geometry: ConvolutionGeometry, shards: Int) {
  let problem = WinogradProblem(geometry, rows: rows, generate: wideFloats)
  let offsets = evenOffsets(rows: rows, shards: shards)
  let gradient = problem.weightGradient(offsets: offsets)
  for ranks in [1, 2, 4, 16] where ranks <= shards {
    let parts = (0..<ranks).map { rank in
      let own = offsets[(rank * shards / ranks)...((rank + 1) * shards / ranks)]
      return problem.weightGradient(first: own.first!, offsets: own.map { $0 - own.first! })
    }
    expectSameBits("\(ranks) ranks", treeSum(parts), gradient)
    if ranks >= 4 { expectDifferentBits("a wrong order", leftToRightSum(parts), gradient) }
  }
}

@Test func emptyShardsCountAsZeros() {
  for geometry in WinogradProblem.smallSamples {
    let problem = WinogradProblem(geometry, rows: 21, generate: wideFloats)
    let offsets = [0, 0, 9, 10, 10, 10, 17, 21]
    let parts = zip(offsets, offsets.dropFirst()).map { first, end in
      problem.weightGradient(first: first, offsets: [0, end - first])
    }
    let zeros = [Float](repeating: 0, count: geometry.weightCount)
    expectSameBits(
      "weight gradient", problem.weightGradient(offsets: offsets + [21]), treeSum(parts + [zeros]))
  }
}
