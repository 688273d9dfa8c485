import Evaluation
import TensorCore
import TestSupport
import Testing

private func list(_ scores: SupportScores) -> [Double] {
  [scores.precision, scores.recall, scores.density, scores.coverage]
}

@Suite struct SupportScoresTests {
  @Test(arguments: FeatureProblem.cases) func scoresAreThoseOfTheirAuthors(name: String) throws {
    let problem = try FeatureProblem(name)
    for threads in [1, 2, 3] {
      let scores = try SupportScores(
        real: problem.real, generated: problem.generated, team: ThreadTeam(count: threads))
      expectClose("scores", list(scores), try problem.doubles("support"), tolerance: 1e-14)
    }
  }

  @Test(arguments: AwkwardFeatures.samples) func scoresAreThoseOfTheReference(sample: AwkwardFeatures) throws
  {
    let (real, generated) = (try sample.features(seed: 3), try sample.features(seed: 4))
    let expected = SupportScores.reference(real: real, generated: generated)
    for threads in [1, 3] {
      let scores = try SupportScores(real: real, generated: generated, team: ThreadTeam(count: threads))
      #expect(list(scores) == expected)
    }
  }

  /// Distances equal to a radius count for precision and recall, and not for density and coverage.
  @Test func tiesCountAsTheAuthorsHaveIt() throws {
    let grid = try FeatureMatrix((0..<40).map { Float($0) }, count: 40, dimension: 1)
    let shifted = try FeatureMatrix((0..<40).map { Float($0 + 42) }, count: 40, dimension: 1)
    let scores = try SupportScores(real: grid, generated: shifted, team: singleThread)
    #expect(list(scores) == SupportScores.reference(real: grid, generated: shifted))
    // The last real number, 39, is 3 from the first generated one, 42, and its third neighbour is 36.
    #expect(scores.precision == 1 / 40.0 && scores.recall == 1 / 40.0)
  }

  @Test func equalSetsAreCoveredAndDistantOnesAreNot() throws {
    let features = try randomFeatures(200, dimension: 6, seed: 1)
    let same = try SupportScores(real: features, generated: features, team: singleThread)
    #expect(same.precision == 1 && same.recall == 1 && same.coverage == 1 && same.density == 1)
    let far = try randomFeatures(200, dimension: 6, seed: 2, offset: 100)
    #expect(try list(SupportScores(real: features, generated: far, team: singleThread)) == [0, 0, 0, 0])
  }

  @Test func oneImageRepeatedIsPreciseAndRecallsNothing() throws {
    let real = try randomFeatures(300, dimension: 4, seed: 1)
    let copies = try FeatureMatrix(
      (0..<50).flatMap { _ in [Float](repeating: 0.1, count: 4) }, count: 50, dimension: 4)
    let scores = try SupportScores(real: real, generated: copies, team: singleThread)
    #expect(list(scores) == SupportScores.reference(real: real, generated: copies))
    #expect(scores.precision == 1 && scores.recall == 0 && scores.coverage < 0.1)
  }

  @Test func tooFewOrUnlikeImagesAreRefused() throws {
    let (many, five) = (
      try randomFeatures(20, dimension: 3, seed: 1), try randomFeatures(5, dimension: 3, seed: 2)
    )
    expectBadData("5 images can't have 5") {
      try SupportScores(real: five, generated: many, team: singleThread)
    }
    let three = try randomFeatures(3, dimension: 3, seed: 2)
    expectBadData("3 images can't have 3") {
      try SupportScores(real: many, generated: three, team: singleThread)
    }
    let other = try randomFeatures(20, dimension: 4, seed: 2)
    expectBadData("3 real features and 4") {
      try SupportScores(real: many, generated: other, team: singleThread)
    }
  }
}
