import TensorCore
import TestSupport
import Testing

/// Distributions of a few rows, with all that is extreme among them.
private struct GaussianProblem {
  let rows: Int
  let dimensions: Int
  var means: [Float]
  var logVariances: [Float]
  let noise: [Float]
  let codeGradient: [Float]

  init(rows: Int, dimensions: Int) {
    self.rows = rows
    self.dimensions = dimensions
    let count = rows * dimensions
    means = randomFloats(count, seed: 1, low: -2, high: 2)
    logVariances = randomFloats(count, seed: 2, low: -3, high: 3)
    noise = randomFloats(count, seed: 3, low: -3, high: 3)
    codeGradient = randomFloats(count, seed: 4)
    let extremes: [(Float, Float)] = [
      (0, 0), (0, 1e-3), (1e-4, -1e-4), (0, 0.5), (-0.0, -0.5), (0, 0.499_999), (5, 20), (-3, -20),
      (1e3, -100),
    ]
    for (index, extreme) in extremes.prefix(count).enumerated() {
      (means[index], logVariances[index]) = extreme
    }
  }

  func reference(_ index: Int) -> GaussianReference<Double> {
    GaussianReference(mean: Double(means[index]), logVariance: Double(logVariances[index]))
  }

  func sample(team: ThreadTeam = singleThread) -> [Float] {
    let codes = FencedBuffer(count: noise.count)
    let (means, logVariances, noise) = (FencedBuffer(means), FencedBuffer(logVariances), FencedBuffer(noise))
    withExtendedLifetime((means, logVariances, noise)) {
      sampleGaussians(
        means: means.pointer, logVariances: logVariances.pointer, noise: noise.pointer, codes: codes.pointer,
        count: noise.count, team: team)
    }
    #expect(codes.isIntact)
    return codes.array
  }

  func divergences(freeBits: Float = 0, team: ThreadTeam = singleThread) -> (all: [Double], counted: [Double])
  {
    var all = [Double](repeating: .nan, count: rows)
    var counted = all
    let (means, logVariances) = (FencedBuffer(means), FencedBuffer(logVariances))
    withExtendedLifetime((means, logVariances)) {
      gaussianDivergences(
        means: means.pointer, logVariances: logVariances.pointer, divergences: &all, counted: &counted,
        rows: rows, dimensions: dimensions, freeBits: freeBits, team: team)
    }
    return (all, counted)
  }

  /// The gradients of the means, and of the log-variances after them; those of the means in the place of the codes'.
  func gradients(weight: Float, freeBits: Float, team: ThreadTeam = singleThread) -> [Float] {
    let byMeans = FencedBuffer(codeGradient)
    let byLogVariances = FencedBuffer(count: noise.count)
    let (means, logVariances, noise) = (FencedBuffer(means), FencedBuffer(logVariances), FencedBuffer(noise))
    withExtendedLifetime((means, logVariances, noise)) {
      gaussianGradients(
        means: means.pointer, logVariances: logVariances.pointer, noise: noise.pointer,
        codeGradient: byMeans.pointer, divergenceWeight: weight, freeBits: freeBits,
        meanGradient: byMeans.pointer, logVarianceGradient: byLogVariances.pointer, count: noise.count,
        team: team)
    }
    #expect(byMeans.isIntact && byLogVariances.isIntact)
    return byMeans.array + byLogVariances.array
  }
}

private func expectRelativelyClose(_ name: String, _ actual: Double, _ expected: Double, tolerance: Double) {
  #expect(abs(actual - expected) <= tolerance * abs(expected), "\(name): expected \(expected), got \(actual)")
}

/// Each dimension by itself, so that a large one can't hide a small one.
@Test func divergencesOfSingleDimensionsAreTheReference() {
  let problem = GaussianProblem(rows: 40, dimensions: 1)
  let divergences = problem.divergences().all
  for row in 0..<40 {
    #expect(divergences[row] >= 0)
    expectRelativelyClose("row \(row)", divergences[row], problem.reference(row).divergence, tolerance: 3e-6)
  }
}

/// Between two distributions in closed form, worked out by hand.
@Test(arguments: [
  (Float(0), Float(0), 0.0), (1, 0, 0.5), (0, 1, 0.359_140_914), (0, -1, 0.183_939_721),
  (2, 0.693_147_18, 2.153_426_41), (-0.5, -1.386_294_36, 0.443_147_18),
])
func divergenceHasItsClosedForm(mean: Float, logVariance: Float, expected: Double) {
  var (divergence, counted) = (Double.nan, Double.nan)
  gaussianDivergences(
    means: [mean], logVariances: [logVariance], divergences: &divergence, counted: &counted, rows: 1,
    dimensions: 1, freeBits: 0, team: singleThread)
  #expect(abs(divergence - expected) <= 5e-7 * expected)
  #expect(counted == divergence)
}

@Test(arguments: [1, 2, 7, 8, 9, 20, 33]) func gaussianKernelsAreTheReference(dimensions: Int) {
  let problem = GaussianProblem(rows: 5, dimensions: dimensions)
  let freeBits: Float = 0.3
  let codes = problem.sample()
  let gradients = problem.gradients(weight: 0.7, freeBits: freeBits)
  for index in problem.noise.indices {
    let reference = problem.reference(index)
    let noise = Double(problem.noise[index])
    let code = reference.sample(noise: noise)
    let codeScale = abs(reference.mean) + reference.deviation * abs(noise)
    #expect(abs(Double(codes[index]) - code) <= 3e-7 * codeScale)
    let codeGradient = Double(problem.codeGradient[index])
    let expected = reference.gradients(
      noise: noise, codeGradient: codeGradient, weight: Double(Float(0.7)), freeBits: Double(freeBits))
    #expect(abs(Double(gradients[index]) - expected.mean) <= 2e-7 * (abs(codeGradient) + abs(reference.mean)))
    let variance = reference.deviation * reference.deviation
    let scale = abs(codeGradient * noise) * reference.deviation + 1 + variance
    #expect(abs(Double(gradients[problem.noise.count + index]) - expected.logVariance) <= 5e-7 * scale)
  }
  let (all, counted) = problem.divergences(freeBits: freeBits)
  for row in 0..<5 {
    let terms = (row * dimensions..<(row + 1) * dimensions).map { problem.reference($0).divergence }
    expectRelativelyClose("all", all[row], terms.reduce(0, +), tolerance: 1e-6)
    let bound = Double(freeBits)
    expectRelativelyClose("counted", counted[row], terms.reduce(0) { $0 + max(bound, $1) }, tolerance: 1e-6)
  }
}

@Test func referenceGradientsOfGaussiansAreDerivatives() {
  // Of weight · KL + g · sample, once counted and once free.
  for (point, freeBits) in [([1.5, -0.75], 0.0), ([-0.25, 1.25], 0.5), ([0.25, 0.125], 0.5)] {
    let (noise, codeGradient, weight) = (-1.25, 0.625, 0.75)
    let gradients = GaussianReference(mean: point[0], logVariance: point[1]).gradients(
      noise: noise, codeGradient: codeGradient, weight: weight, freeBits: freeBits)
    expectGradient(
      of: {
        let gaussian = GaussianReference(mean: $0[0], logVariance: $0[1])
        return codeGradient * gaussian.sample(noise: noise) + weight * max(freeBits, gaussian.divergence)
      }, at: point, equals: [gradients.mean, gradients.logVariance], tolerance: 1e-8)
  }
}

@Test func freeDimensionsHaveNoGradientFromTheirDivergence() {
  // KL_d of 0.5 and 0.02: one above, one below 0.25.
  let (means, logVariances): ([Float], [Float]) = ([1, 0.2], [0, 0])
  var byMeans: [Float] = [0, 0]
  var byLogVariances: [Float] = [.nan, .nan]
  gaussianGradients(
    means: means, logVariances: logVariances, noise: [0, 0], codeGradient: [0, 0], divergenceWeight: 2,
    freeBits: 0.25, meanGradient: &byMeans, logVarianceGradient: &byLogVariances, count: 2, team: singleThread
  )
  #expect(byMeans == [2, 0] && byLogVariances == [0, 0])
  var (all, counted) = (Double.nan, Double.nan)
  gaussianDivergences(
    means: means, logVariances: logVariances, divergences: &all, counted: &counted, rows: 1, dimensions: 2,
    freeBits: 0.25, team: singleThread)
  #expect(abs(all - 0.52) < 1e-7 && counted == 0.75)
}

@Test(arguments: [2, 3]) func gaussianKernelsHaveTheSameBitsOnAnyTeam(threads: Int) {
  let problem = GaussianProblem(rows: 13, dimensions: 21)
  let team = ThreadTeam(count: threads)
  expectSameBits("codes", problem.sample(team: team), problem.sample())
  let (together, alone) = (problem.divergences(freeBits: 0.3, team: team), problem.divergences(freeBits: 0.3))
  expectSameBits("divergences", together.all, alone.all)
  expectSameBits("counted", together.counted, alone.counted)
  expectSameBits(
    "gradients", problem.gradients(weight: 0.7, freeBits: 0.3, team: team),
    problem.gradients(weight: 0.7, freeBits: 0.3))
}

/// So that a diverged run is seen in its loss, also where a bound stands beside it.
@Test func whatIsNotANumberStaysInItsRow() {
  var problem = GaussianProblem(rows: 3, dimensions: 9)
  problem.logVariances[9 + 4] = .nan
  problem.means[18 + 8] = .nan
  let (all, counted) = problem.divergences(freeBits: 0.3)
  #expect(all[0].isFinite && counted[0].isFinite)
  for row in [1, 2] { #expect(all[row].isNaN && counted[row].isNaN) }
  let gradients = problem.gradients(weight: 1, freeBits: 0.3)
  #expect(gradients[27 + 9 + 4].isNaN && gradients[18 + 8].isNaN)
  #expect(problem.sample()[9 + 4].isNaN)
}
