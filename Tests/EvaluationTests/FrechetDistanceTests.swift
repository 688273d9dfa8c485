import Evaluation
import TensorCore
import TestSupport
import Testing

private func distance(_ real: FeatureMatrix, _ generated: FeatureMatrix) throws -> FrechetDistance {
  try FrechetDistance(
    real: GaussianFit(of: real, team: singleThread), generated: GaussianFit(of: generated, team: singleThread)
  )
}

/// The Gaussian with a diagonal covariance.
private func gaussian(mean: [Double], variances: [Double]) throws -> GaussianFit {
  var covariance = [Double](repeating: 0, count: mean.count * mean.count)
  for (index, variance) in variances.enumerated() { covariance[index * (mean.count + 1)] = variance }
  return try GaussianFit(FeatureMoments(count: 1000, mean: mean, covariance: covariance))
}

@Suite struct FrechetDistanceTests {
  @Test(arguments: FeatureProblem.cases) func distanceIsTheNuclearNormFormOfNumPy(name: String) throws {
    let problem = try FeatureProblem(name)
    let result = try distance(problem.real, problem.generated)
    expectClose("distance", [result.value], try problem.doubles("frechet.nuclear"), tolerance: 1e-8)
    #expect(try [result.realRank, result.generatedRank] == problem.integers("ranks"))
  }

  @Test(arguments: ["full", "scales"]) func distanceIsThatOfSciPysRoot(name: String) throws {
    let problem = try FeatureProblem(name)
    let result = try distance(problem.real, problem.generated)
    expectClose("distance", [result.value], try problem.doubles("frechet.sqrtm"), tolerance: 1e-6)
  }

  @Test(arguments: FeatureProblem.cases) func aSetHasNoDistanceFromItself(name: String) throws {
    let real = try FeatureProblem(name).real
    let result = try distance(real, real)
    #expect(abs(result.value) < 1e-12 * result.realTrace)
    #expect(result.meanTerm == 0)
  }

  @Test func commutingCovariancesHaveTheDistanceOfTheirRoots() throws {
    let (a, b) = ([4, 1, 0, 9, 0.25], [1, 16, 2, 0, 0.25])
    let result = try FrechetDistance(
      real: gaussian(mean: [0, 1, 2, 3, 4], variances: a),
      generated: gaussian(mean: [1, 1, 2, 3, 6], variances: b))
    let roots = zip(a, b).reduce(0) {
      $0 + ($1.0.squareRoot() - $1.1.squareRoot()) * ($1.0.squareRoot() - $1.1.squareRoot())
    }
    expectClose("terms", [result.meanTerm, result.covarianceTerm], [5, roots], tolerance: 1e-14)
    #expect((result.realRank, result.generatedRank) == (4, 4))
    expectClose("relative", [result.relativeValue!], [(5 + roots) / 14.25], tolerance: 1e-14)
  }

  @Test func featuresThatNeverVaryHaveTheDistanceOfTheirMeans() throws {
    let constant = try FeatureMatrix([Float](repeating: 2, count: 30), count: 10, dimension: 3)
    let other = try FeatureMatrix([Float](repeating: 4, count: 30), count: 10, dimension: 3)
    let result = try distance(constant, other)
    #expect(result.value == 12 && result.realRank == 0 && result.relativeValue == nil)
    let varied = try FeatureProblem("full").real
    let flat = try FeatureMatrix([Float](repeating: 0, count: 24 * 50), count: 50, dimension: 24)
    let toFlat = try distance(varied, flat)
    expectClose("covariance term", [toFlat.covarianceTerm], [toFlat.realTrace], tolerance: 1e-14)
  }

  @Test func meansFarFromZeroCostNoDigits() throws {
    // Quarters below 2^12 are exact in Float at both places, so the distance must not move.
    let quarters = randomIntegers(200 * 6, in: -40...40, seed: 1).map { Float($0) / 4 }
    let others = randomIntegers(200 * 6, in: -60...30, seed: 2).map { Float($0) / 4 }
    func moved(_ offset: Float) throws -> Double {
      try distance(
        FeatureMatrix(quarters.map { $0 + offset }, count: 200, dimension: 6),
        FeatureMatrix(others.map { $0 + offset }, count: 200, dimension: 6)
      ).value
    }
    expectClose("distance", [try moved(1_000_000)], [try moved(0)], tolerance: 1e-10)
  }

  /// More features than a tile of the covariance has, and more images than a block.
  @Test func momentsAreTheDefinitionsAtAnyNumberOfThreads() throws {
    let (count, dimension) = (530, 150)
    let features = try FeatureMatrix(
      wideFloats(count * dimension, seed: 3), count: count, dimension: dimension)
    let moments = try FeatureMoments(of: features, team: singleThread)
    let columns = (0..<dimension).map { k in (0..<count).map { Double(features.row($0)[k]) } }
    let means = columns.map { $0.reduce(0, +) / Double(count) }
    expectClose("mean", moments.mean, means, tolerance: 1e-14)
    for i in stride(from: 0, to: dimension, by: 7) {
      let expected = (0..<dimension).map { j in
        (0..<count).reduce(0) { $0 + (columns[i][$1] - means[i]) * (columns[j][$1] - means[j]) }
          / Double(count - 1)
      }
      expectClose(
        "covariance", Array(moments.covariance[i * dimension..<(i + 1) * dimension]), expected,
        tolerance: 1e-12)
    }
    for threads in [2, 3] {
      let other = try FeatureMoments(of: features, team: ThreadTeam(count: threads))
      expectSameBits("mean", other.mean, moments.mean)
      expectSameBits("covariance", other.covariance, moments.covariance)
    }
  }

  @Test func whatHasNoCovarianceOrNoCounterpartIsRefused() throws {
    let one = try randomFeatures(1, dimension: 4, seed: 1)
    expectBadData("1 images") { try FeatureMoments(of: one, team: singleThread) }
    let (four, five) = (
      try randomFeatures(9, dimension: 4, seed: 1), try randomFeatures(9, dimension: 5, seed: 1)
    )
    expectBadData("4 real features and 5 generated") { try distance(four, five) }
    expectBadData("not finite") {
      try GaussianFit(FeatureMoments(count: 9, mean: [0], covariance: [.nan]))
    }
  }
}

@Suite struct FrechetExtrapolationTests {
  @Test func lineIsThatOfNumPy() throws {
    let fixture = try Fixture("metrics")
    let result = FrechetExtrapolation(
      sizes: try fixture.integers("extrapolation.sizes"),
      distances: try fixture.doubles("extrapolation.distances"))
    expectClose(
      "line", [result.value, result.slope], try fixture.doubles("extrapolation.line"), tolerance: 1e-12)
  }

  @Test func extrapolationRemovesMostOfTheBiasOfFewImages() throws {
    // Both sets come from one distribution, whose distance from itself is 0.
    let real = try GaussianFit(of: randomFeatures(10_000, dimension: 32, seed: 1), team: singleThread)
    let generated = try randomFeatures(1000, dimension: 32, seed: 2)
    let result = try FrechetExtrapolation(real: real, generated: generated, seed: 7, team: singleThread)
    #expect(result.sizes.first == 200 && result.sizes.last == 1000 && result.sizes.count == 15)
    #expect(result.slope > 0 && abs(result.value) < result.distances[14] / 4)
    let again = try FrechetExtrapolation(
      real: real, generated: generated, seed: 7, team: ThreadTeam(count: 3))
    #expect(again == result)
    #expect(try FrechetExtrapolation(real: real, generated: generated, seed: 8, team: singleThread) != result)
  }

  @Test func tooFewImagesAreRefused() throws {
    let few = try randomFeatures(74, dimension: 3, seed: 1)
    let real = try GaussianFit(of: few, team: singleThread)
    expectBadData("74") { try FrechetExtrapolation(real: real, generated: few, seed: 1, team: singleThread) }
  }
}
