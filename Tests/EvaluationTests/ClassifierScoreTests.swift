import Evaluation
import TestSupport
import Testing

@Suite struct ClassifierScoreTests {
  @Test func scoresAndHistogramAreThoseOfNumPy() throws {
    let fixture = try Fixture("metrics")
    let probabilities = try FeatureProblem.matrix(fixture, "classifier.probabilities")
    let score = try ClassifierScore(probabilities: probabilities)
    expectClose("parts", score.partScores, try fixture.doubles("classifier.scores"), tolerance: 1e-12)
    expectClose(
      "mean and spread", [score.mean, score.standardDeviation], try fixture.doubles("classifier.summary"),
      tolerance: 1e-12)
    #expect(try classHistogram(probabilities: probabilities) == fixture.integers("classifier.histogram"))
  }

  @Test func certaintyAndVarietyGiveTheNumberOfClassesAndNeitherGivesOne() throws {
    let certain = (0..<200).flatMap { image in (0..<4).map { Float($0 == image % 4 ? 1 : 0) } }
    let best = try ClassifierScore(probabilities: FeatureMatrix(certain, count: 200, dimension: 4))
    expectClose("score", [best.mean], [4], tolerance: 1e-14)
    let collapsed = [[Float]](repeating: [1, 0, 0, 0], count: 200).flatMap { $0 }
    #expect(try ClassifierScore(probabilities: FeatureMatrix(collapsed, count: 200, dimension: 4)).mean == 1)
    let unsure = [Float](repeating: 0.25, count: 800)
    #expect(try ClassifierScore(probabilities: FeatureMatrix(unsure, count: 200, dimension: 4)).mean == 1)
  }

  @Test func equalProbabilitiesCountForTheFirstClass() throws {
    let rows: [Float] = [0.1, 0.45, 0.45, 1, 0, 0, 0.2, 0.3, 0.5]
    #expect(try classHistogram(probabilities: FeatureMatrix(rows, count: 3, dimension: 3)) == [1, 1, 1])
  }

  @Test func fewerImagesThanPartsAreRefused() throws {
    let nine = try FeatureMatrix([Float](repeating: 0.5, count: 18), count: 9, dimension: 2)
    expectBadData("9 images") { try ClassifierScore(probabilities: nine) }
  }
}

@Suite struct ScoreAnchorsTests {
  @Test func halvesAreDisjointAndCoverAllButAnOddRow() throws {
    let features = try FeatureMatrix((0..<31).map(Float.init), count: 31, dimension: 1)
    let (first, second) = features.halves(seed: 4)
    let (a, b) = (first.values.array, second.values.array)
    #expect(a.count == 15 && b.count == 15 && Set(a).union(b).count == 30)
    #expect(features.halves(seed: 4).0.values.array == a && features.halves(seed: 5).0.values.array != a)
  }

  @Test func noiseIsUniformOnTheGreyLevelsAndAFunctionOfItsIndex() {
    var pixels = [Float](repeating: -1, count: 784)
    var counts = [Int](repeating: 0, count: 256)
    for index in 0..<100 {
      fillNoiseImage(&pixels, count: 784, index: index, seed: 1)
      for pixel in pixels { counts[Int((pixel * 255).rounded())] += 1 }
    }
    // 306 each, with a standard deviation of 17.5.
    #expect(counts.allSatisfy { abs($0 - 306) < 90 })
    #expect(pixels.allSatisfy { $0 == ($0 * 255).rounded() / 255 })
    var again = [Float](repeating: -1, count: 100)
    fillNoiseImage(&again, count: 100, index: 99, seed: 1)
    #expect(again == Array(pixels[..<100]))
    fillNoiseImage(&again, count: 100, index: 98, seed: 1)
    #expect(again != Array(pixels[..<100]))
  }
}
