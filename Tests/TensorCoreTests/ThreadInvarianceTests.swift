import TensorCore
import TestSupport
import Testing

/// Runs a kernel on teams of 1, 2 and 3 threads and expects the same bits.
private func expectSameBitsOnEveryTeam(
  _ kernel: (ThreadTeam) -> [Float], sourceLocation: SourceLocation = #_sourceLocation
) {
  let expected = kernel(singleThread)
  for threads in [2, 3] {
    expectSameBits(
      "\(threads) threads", kernel(ThreadTeam(count: threads)), expected, sourceLocation: sourceLocation)
  }
}

@Test(arguments: [
  DenseShape(rows: 17, inputs: 61, outputs: 145), DenseShape(rows: 14, inputs: 263, outputs: 39),
  DenseShape(rows: 1, inputs: 5, outputs: 3), .packed,
])
func productsHaveTheSameBitsOnAnyNumberOfThreads(shape: DenseShape) {
  let problem = DenseProblem(shape, generate: wideFloats)
  problem.zeroBackground()
  let offsets = evenOffsets(rows: shape.rows, shards: 8)
  expectSameBitsOnEveryTeam { problem.forward(negativeSlope: 0.2, team: $0) }
  expectSameBitsOnEveryTeam { problem.inputGradient(team: $0) }
  expectSameBitsOnEveryTeam { problem.weightGradient(offsets: offsets, team: $0) }
  expectSameBitsOnEveryTeam { problem.biasGradient(offsets: offsets, team: $0) }
}

@Test func adamHasTheSameBitsOnAnyNumberOfThreads() {
  let count = 1003
  expectSameBitsOnEveryTeam { team in
    var values = randomFloats(count, seed: 1)
    var first = randomFloats(count, seed: 2)
    var second = randomFloats(count, seed: 3, low: 0)
    adamUpdate(
      values: &values, gradients: wideFloats(count, seed: 4), firstMoments: &first, secondMoments: &second,
      count: count, gradientScale: 0.3,
      factors: AdamFactors(
        stepSize: 0.01, rootScale: 1.5, epsilon: 1e-7, firstMomentRate: 0.1, secondMomentRate: 0.001),
      team: team)
    return values + first + second
  }
}

@Test func squaredNormHasTheSameBitsOnAnyNumberOfThreads() {
  let values = wideFloats(100_003, seed: 5)
  let expected = squaredNorm(values, count: values.count, team: singleThread)
  for threads in [2, 3] {
    #expect(
      squaredNorm(values, count: values.count, team: ThreadTeam(count: threads)).bitPattern
        == expected.bitPattern)
  }
}
