import Collectives
import Diagnostics
import Evaluation
import TensorCore
import TestSupport
import Testing

private var group: ProcessGroup { .single() }
private let all: GenerationMetrics = [.densityAndCoverage, .extrapolation]

private func score(
  _ real: RealStatistics, _ generated: ImageFeatures, _ metrics: GenerationMetrics = all,
  team: ThreadTeam = singleThread
) throws -> GenerationScores {
  try scoreGeneration(generated, against: real, metrics: metrics, group: group, team: team)
}

@Suite struct GenerationScoresTests {
  @Test func figuresAreThoseOfTheMetrics() throws {
    let real = try madeUpStatistics(300, seed: 1)
    let generated = try madeUpFeatures(200, seed: 2, offset: 0.3, scale: 0.9)
    let scores = try score(real, generated)
    let realFeatures = try madeUpFeatures(300, seed: 1).features
    let distance = try FrechetDistance(
      real: GaussianFit(of: realFeatures, team: singleThread),
      generated: GaussianFit(of: generated.features, team: singleThread))
    let kernel = try KernelDistance(
      real: realFeatures, generated: generated.features,
      subsets: KernelSubsets(realCount: 300, generatedCount: 200, seed: 0), team: singleThread)
    let support = try SupportScores(real: realFeatures, generated: generated.features, team: singleThread)
    let classifier = try ClassifierScore(probabilities: #require(generated.probabilities))
    let histogram = classHistogram(probabilities: try #require(generated.probabilities))
    let extrapolation = try FrechetExtrapolation(
      real: real.gaussian, generated: generated.features, seed: 0, team: singleThread)
    let expected = [
      ("fid", distance.value), ("fid_trace", distance.relativeValue!), ("fid_floor", real.floor!.value),
      ("fid_ceiling", real.ceiling.value), ("kid", kernel.mean), ("kid_std", kernel.standardDeviation),
      ("precision", support.precision), ("recall", support.recall), ("density", support.density),
      ("coverage", support.coverage), ("fid_infinity", extrapolation.value),
      ("classifier_score", classifier.mean), ("classifier_score_std", classifier.standardDeviation),
    ]
    let shares = histogram.enumerated().map { ("class_share_\($0.offset)", Double($0.element) / 200) }
    #expect(scores.named.map(\.name) == (expected + shares).map { "\($0.0)[made-up]" })
    expectSameBits("values", scores.named.map(\.value), (expected + shares).map(\.1))
    #expect(scores.frechetDistance == distance.value && scores.classHistogram == histogram)
    #expect((scores.realCount, scores.generatedCount) == (300, 200))
    #expect((scores.floorCount, scores.ceilingCount) == (150, 150) && scores.warnings.isEmpty)
  }

  @Test func theSameBitsAtAnyNumberOfThreads() throws {
    let generated = try madeUpFeatures(200, seed: 2, offset: 0.3)
    let expected = try score(madeUpStatistics(300, seed: 1), generated)
    for threads in [2, 3] {
      let team = ThreadTeam(count: threads)
      #expect(try score(madeUpStatistics(300, seed: 1, team: team), generated, team: team) == expected)
    }
  }

  /// Real images as generated ones: no distance; the floor is small, the ceiling large.
  @Test func aSetIsAtNoDistanceFromItself() throws {
    let real = try madeUpStatistics(1200, seed: 1)
    let scores = try score(real, madeUpFeatures(1200, seed: 1), [])
    let floor = try #require(scores[.frechetFloor])
    let ceiling = try #require(scores[.frechetCeiling])
    #expect(abs(scores.frechetDistance) < 1e-9 && floor > 1e-4 && floor < ceiling / 100)
    #expect(scores[.precision] == 1 && scores[.recall] == 1)
    #expect(scores[.density] == nil && scores[.coverage] == nil)
    #expect(scores[.extrapolatedFrechetDistance] == nil && scores.warnings.isEmpty)
    let another = try score(real, madeUpFeatures(1200, seed: 50), [])
    #expect(another.frechetDistance > 0 && another.frechetDistance < 2 * floor)
    let kernelDistance = try #require(another[.kernelDistance])
    #expect(abs(kernelDistance) < 0.1)
  }

  /// Normal features, moved and scaled: the distance is known.
  @Test func theDistanceOfKnownGaussiansIsFound() throws {
    let real = try madeUpStatistics(20_000, seed: 1)
    let generated = try madeUpFeatures(20_000, seed: 20, offset: 0.5, scale: 0.5)
    let scores = try score(real, generated, [])
    // A sum of four uniform numbers from -1 to 1 has variance 4/3; half of it has half the deviation.
    let expected = 8 * (0.25 + (4.0 / 3).squareRoot() * 0.5 * (4.0 / 3).squareRoot() * 0.5)
    expectClose("distance", [scores.frechetDistance], [expected], tolerance: 0.02)
    expectClose("trace", [scores[.relativeFrechetDistance]!], [expected / (8 * 4 / 3)], tolerance: 0.02)
  }

  /// Sums that were kept serve whenever the subsets are as large as theirs.
  @Test(arguments: [1000, 1500, 900]) func keptSumsOfKernelsChangeNothing(generated count: Int) throws {
    let real = try madeUpStatistics(1100, seed: 1, classes: nil)
    let generated = try madeUpFeatures(count, seed: 2, classes: nil)
    let kernel = try KernelDistance(
      real: real.features, generated: generated.features,
      subsets: KernelSubsets(realCount: 1100, generatedCount: count, seed: 0), team: singleThread)
    #expect(try score(real, generated, [])[.kernelDistance] == kernel.mean)
  }

  @Test func fewImagesHaveFewerFiguresAndWarnings() throws {
    let real = try madeUpStatistics(300, seed: 1)
    let three = try score(real, madeUpFeatures(3, seed: 2))
    #expect(three[.precision] == nil && three[.recall] == nil && three[.density] == nil)
    #expect(three[.classifierScore] == nil && three[.extrapolatedFrechetDistance] == nil)
    #expect(three[.kernelDistance] != nil && three.frechetDistance > 0)
    #expect(three.warnings.count == 4)
    for expected in [
      "3 generated images are too few for 8 features: fid[made-up] is far too large",
      "no precision[made-up], recall[made-up]: 300 real and 3 generated images",
      "no fid_infinity[made-up]: 3 images are too few", "no classifier_score[made-up]: 3 images can't be cut",
    ] {
      #expect(three.warnings.contains { $0.hasPrefix(expected) }, "\(expected) in \(three.warnings)")
    }
    let five = try score(madeUpStatistics(5, seed: 1), madeUpFeatures(200, seed: 2))
    #expect(five[.precision] == nil && five.warnings.contains { $0.hasPrefix("5 real images are too few") })
    expectBadData("1 images have no covariance") { try score(real, madeUpFeatures(1, seed: 2)) }
    expectBadData("8 real features and 9") { try score(real, madeUpFeatures(20, dimension: 9, seed: 2)) }
  }

  @Test func aSingularCovarianceIsSaid() throws {
    let real = try madeUpStatistics(300, seed: 1)
    var values = try madeUpFeatures(100, seed: 2).features.values.array
    for image in 0..<100 { values[image * 8 + 2] = 0 }
    let dead = try FeatureMatrix(values, count: 100, dimension: 8)
    let scores = try score(real, ImageFeatures(features: dead, probabilities: nil))
    #expect((scores.realRank, scores.generatedRank, scores.dimension) == (8, 7, 8))
    #expect(
      scores.covarianceNote?.hasPrefix("real images vary in 8 and generated ones in 7 of 8 directions")
        == true)
    #expect(scores.warnings.isEmpty)
    let full = try score(real, madeUpFeatures(100, seed: 2))
    #expect(full.covarianceNote == nil && full.warnings.isEmpty)
    #expect(scores.classHistogram == nil && scores[.classifierScore] == nil)
    #expect(!scores.named.contains { $0.name.hasPrefix("class") })
  }

  @Test func scoresTravelBetweenRanksUnchanged() throws {
    for (count, classes) in [(3, 4), (200, 4), (200, nil)] as [(Int, Int?)] {
      let scores = try score(
        madeUpStatistics(3 + count, seed: 1, classes: classes),
        madeUpFeatures(count, seed: 2, classes: classes))
      #expect(GenerationScores(bytes: scores.bytes) == scores)
    }
  }
}
