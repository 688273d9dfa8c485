import TensorCore
import TestSupport
import Testing

private func expectAgreement(
  _ name: String, _ problem: WinogradProblem, _ actual: [Float], _ expected: [Double]
) {
  expectClose(name, actual.map(Double.init), expected, tolerance: problem.tolerance)
}

@Test(arguments: WinogradProblem.samples)
func winogradProductsAgreeWithTheirDefinition(geometry: ConvolutionGeometry) {
  let problem = WinogradProblem(geometry, rows: 3)
  expectAgreement(
    "correlate", problem, problem.correlate(),
    geometry.correlateReference(fine: problem.fine.doubles, weight: problem.weight.doubles, rows: 3))
  expectAgreement(
    "spread", problem, problem.spread(),
    geometry.spreadReference(coarse: problem.coarse.doubles, weight: problem.weight.doubles, rows: 3))
  expectAgreement(
    "weight gradient", problem, problem.weightGradient(offsets: [0, 1, 1, 3, 3]),
    geometry.weightGradientReference(fine: problem.fine.doubles, coarse: problem.coarse.doubles, rows: 3))
}

/// Sums of 128 channels, as deep as the models have.
@Test(arguments: [(3, 1), (3, 2), (4, 2)])
func winogradProductsOfManyChannelsAgreeWithTheirDefinition(kernel: Int, stride: Int) {
  var geometry = WinogradProblem.small(kernel, stride)
  geometry.fine.channels = 128
  geometry.coarse.channels = 128
  let problem = WinogradProblem(geometry, rows: 1)
  expectAgreement(
    "correlate", problem, problem.correlate(),
    geometry.correlateReference(fine: problem.fine.doubles, weight: problem.weight.doubles, rows: 1))
  expectAgreement(
    "spread", problem, problem.spread(),
    geometry.spreadReference(coarse: problem.coarse.doubles, weight: problem.weight.doubles, rows: 1))
}

@Test(arguments: WinogradProblem.samples)
func biasAndSlopeAreAppliedToFinishedSums(geometry: ConvolutionGeometry) {
  let problem = WinogradProblem(geometry, rows: 2)
  func finished(_ sums: [Float], _ bias: [Float]) -> [Float] {
    sums.indices.map { index in
      let value = sums[index] + bias[index % bias.count]
      return value < 0 ? value * 0.25 + 0 : value
    }
  }
  let coarseBias = randomFloats(geometry.coarse.channels, seed: 6)
  expectSameBits(
    "correlate", problem.correlate(bias: coarseBias, negativeSlope: 0.25),
    finished(problem.correlate(), coarseBias))
  let fineBias = randomFloats(geometry.fine.channels, seed: 7)
  expectSameBits(
    "spread", problem.spread(bias: fineBias, negativeSlope: 0.25), finished(problem.spread(), fineBias))
}

/// <correlate(fine), coarse> = <fine, spread(coarse)> = <weight, weight gradient(fine, coarse)>
@Test(arguments: WinogradProblem.samples)
func winogradProductsAreAdjoint(geometry: ConvolutionGeometry) {
  let problem = WinogradProblem(geometry, rows: 2)
  func dot(_ a: [Double], _ b: [Double]) -> (sum: Double, size: Double) {
    zip(a, b).reduce((0, 0)) { ($0.0 + $1.0 * $1.1, $0.1 + abs($1.0 * $1.1)) }
  }
  let forward = dot(problem.correlate().map(Double.init), problem.coarse.doubles)
  let backward = dot(problem.spread().map(Double.init), problem.fine.doubles)
  let sideways = dot(problem.weightGradient(offsets: [0, 2]).map(Double.init), problem.weight.doubles)
  #expect(abs(forward.sum - backward.sum) <= 1e-5 * forward.size)
  #expect(abs(forward.sum - sideways.sum) <= 1e-5 * forward.size)
}

@Test func noRowsGiveNoImagesAndAZeroGradient() {
  for geometry in WinogradProblem.smallSamples {
    let problem = WinogradProblem(geometry, rows: 0)
    #expect(problem.correlate().isEmpty)
    #expect(problem.spread().isEmpty)
    #expect(problem.weightGradient(offsets: [0, 0, 0]).allSatisfy { $0 == 0 })
  }
}

@Test func otherKernelsAndChannelsAreNotSupported() {
  func isSupported(_ kernel: Int, _ stride: Int, fine: Int = 8, coarse: Int = 16) -> Bool {
    WinogradConvolution.supports(
      ConvolutionGeometry(
        fine: ImageShape(height: 9, width: 9, channels: fine),
        coarse: ImageShape(height: 5, width: 5, channels: coarse), kernelHeight: kernel, kernelWidth: kernel,
        stride: stride, paddingTop: 0, paddingLeft: 0))
  }
  #expect(isSupported(3, 1) && isSupported(3, 2) && isSupported(4, 2))
  #expect(!isSupported(1, 1) && !isSupported(5, 1) && !isSupported(4, 1) && !isSupported(3, 3))
  #expect(!isSupported(3, 1, fine: 1) && !isSupported(3, 2, coarse: 12))
}
