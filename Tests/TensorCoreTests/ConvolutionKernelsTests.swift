import TensorCore
import TestSupport
import Testing

// Whatever algorithm ConvolutionKernels chooses, against the references and the contract of ConvolutionAlgorithm.

private let geometries = ConvolutionGeometry.layers + ConvolutionGeometry.random(60, seed: 900)

private func finished(_ sums: [Double], bias: [Float]?, negativeSlope: Float) -> [Double] {
  sums.enumerated().map { index, sum in
    let value = sum + (bias.map { Double($0[index % $0.count]) } ?? 0)
    return value < 0 ? value * Double(negativeSlope) : value
  }
}

@Test(arguments: geometries) func convolutionKernelsAreTheirReferences(geometry: ConvolutionGeometry) {
  let rows = 3
  let problem = ConvolutionProblem(geometry, rows: rows)
  let kernels = ConvolutionKernels(geometry)
  let (fine, coarse) = (problem.fine.array.map(Double.init), problem.coarse.array.map(Double.init))
  let weight = problem.weight.array.map(Double.init)
  let correlated = geometry.correlateReference(fine: fine, weight: weight, rows: rows)
  let spread = geometry.spreadReference(coarse: coarse, weight: weight, rows: rows)
  for (hasBias, negativeSlope) in [(true, 0), (false, 1), (true, 0.2)] as [(Bool, Float)] {
    let name = "bias \(hasBias) slope \(negativeSlope)"
    expectClose(
      "correlate \(name)",
      problem.correlate(by: kernels, hasBias: hasBias, negativeSlope: negativeSlope).map(Double.init),
      finished(correlated, bias: hasBias ? problem.coarseBias.array : nil, negativeSlope: negativeSlope),
      tolerance: geometry.tolerance)
    expectClose(
      "spread \(name)",
      problem.spread(by: kernels, hasBias: hasBias, negativeSlope: negativeSlope).map(Double.init),
      finished(spread, bias: hasBias ? problem.fineBias.array : nil, negativeSlope: negativeSlope),
      tolerance: geometry.tolerance)
  }
  let weightGradient = geometry.weightGradientReference(fine: fine, coarse: coarse, rows: rows)
  for offsets in [[0, 3], [0, 0, 1, 1, 3]] {
    expectClose(
      "weightGradient \(offsets)", problem.weightGradient(by: kernels, offsets: offsets).map(Double.init),
      weightGradient, tolerance: geometry.tolerance)
  }
  #expect(problem.fine.array.map(Double.init) == fine && problem.coarse.array.map(Double.init) == coarse)
}

/// A row's bits depend on the row alone, and no bits on the number of threads.
@Test(arguments: geometries) func aRowsBitsAreItsOwn(geometry: ConvolutionGeometry) {
  let rows = 5
  let problem = ConvolutionProblem(geometry, rows: rows)
  let kernels = ConvolutionKernels(geometry)
  let correlated = problem.correlate(by: kernels, negativeSlope: 0.2)
  let spread = problem.spread(by: kernels, negativeSlope: 0.2)
  for (first, count) in [(0, 1), (3, 1), (1, 2), (2, 3), (0, 4)] {
    let size = (coarse: geometry.coarse.count, fine: geometry.fine.count)
    expectSameBits(
      "correlate \(count) from \(first)",
      problem.correlate(by: kernels, negativeSlope: 0.2, first: first, count: count),
      correlated[first * size.coarse..<(first + count) * size.coarse])
    expectSameBits(
      "spread \(count) from \(first)",
      problem.spread(by: kernels, negativeSlope: 0.2, first: first, count: count),
      spread[first * size.fine..<(first + count) * size.fine])
  }
  let offsets = [0, 1, 3, 3, 5]
  let weightGradient = problem.weightGradient(by: kernels, offsets: offsets)
  for threads in [2, 3] {
    let team = ThreadTeam(count: threads)
    expectSameBits(
      "correlate on \(threads)", problem.correlate(by: kernels, negativeSlope: 0.2, team: team), correlated)
    expectSameBits(
      "spread on \(threads)", problem.spread(by: kernels, negativeSlope: 0.2, team: team), spread)
    expectSameBits(
      "weightGradient on \(threads)", problem.weightGradient(by: kernels, offsets: offsets, team: team),
      weightGradient)
  }
  // And another object for the same geometry chooses the same.
  expectSameBits(
    "correlate again", problem.correlate(by: ConvolutionKernels(geometry), negativeSlope: 0.2), correlated)
}

/// Shards by themselves, added in the tree, are the whole: what ranks do.
@Test(arguments: geometries) func weightGradientsAreTheTreeOfTheirShards(geometry: ConvolutionGeometry) {
  let problem = ConvolutionProblem(geometry, rows: 7)
  let kernels = ConvolutionKernels(geometry)
  let offsets = [0, 2, 3, 3, 4, 4, 4, 6, 7]
  let whole = problem.weightGradient(by: kernels, offsets: offsets)
  for shardsPerRank in [1, 2, 4] {
    let parts = stride(from: 0, to: 8, by: shardsPerRank).map { shard in
      let own = offsets[shard...shard + shardsPerRank].map { $0 - offsets[shard] }
      return problem.weightGradient(by: kernels, first: offsets[shard], offsets: own)
    }
    expectSameBits("\(shardsPerRank) shards a rank", treeSum(parts), whole)
  }
}

@Test(arguments: ConvolutionGeometry.layers.suffix(20))
func noRowsAreAnEmptyProductAndAZeroSum(geometry: ConvolutionGeometry) {
  let problem = ConvolutionProblem(geometry, rows: 0)
  let kernels = ConvolutionKernels(geometry)
  #expect(problem.correlate(by: kernels).isEmpty)
  #expect(problem.spread(by: kernels).isEmpty)
  for offsets in [[0, 0], [0, 0, 0, 0, 0]] {
    #expect(problem.weightGradient(by: kernels, offsets: offsets).allSatisfy { $0 == 0 })
  }
}
