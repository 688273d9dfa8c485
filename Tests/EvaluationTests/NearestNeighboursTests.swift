import Evaluation
import ImageData
import TensorCore
import TestSupport
import Testing

/// Sets that make single precision fail: squares of the offset hide the distances, or scales differ widely, or rows are
/// equal.
struct AwkwardFeatures: Sendable, CustomTestStringConvertible {
  let count: Int
  let dimension: Int
  var offset: Float = 0
  var isWide = false
  var repeats = 1

  static let samples = [
    AwkwardFeatures(count: 40, dimension: 1), AwkwardFeatures(count: 421, dimension: 7),
    AwkwardFeatures(count: 300, dimension: 33, offset: 3000),
    AwkwardFeatures(count: 90, dimension: 300, offset: 50),
    AwkwardFeatures(count: 200, dimension: 12, isWide: true),
    AwkwardFeatures(count: 210, dimension: 5, repeats: 3),
  ]

  var testDescription: String {
    "\(count)x\(dimension), offset \(offset), wide \(isWide), repeats \(repeats)"
  }

  func features(seed: UInt32) throws -> FeatureMatrix {
    let distinct = count / repeats * dimension
    let values =
      isWide
      ? wideFloats(distinct, seed: seed) : randomFloats(distinct, seed: seed).map { $0 + offset }
    return try FeatureMatrix((0..<repeats).flatMap { _ in values }, count: count, dimension: dimension)
  }
}

/// The neighbours by sorting every row of distances, lower indices first.
private func sortedNeighbours(_ distances: [[Double]], _ count: Int, isWithinOneSet: Bool) -> [[(
  Int, Double
)]] {
  distances.enumerated().map { row, distances in
    let others = distances.enumerated().filter { !isWithinOneSet || $0.offset != row }
    return others.sorted { ($0.element, $0.offset) < ($1.element, $1.offset) }[..<count].map {
      ($0.offset, $0.element)
    }
  }
}

private func expectNeighbours(
  _ actual: NearestNeighbours, _ expected: [[(Int, Double)]],
  sourceLocation: SourceLocation = #_sourceLocation
) {
  let flat = expected.flatMap { $0 }
  let isClose = zip(actual.squaredDistances, flat).allSatisfy { abs($0 - $1.1) <= 1e-13 * $1.1 }
  #expect(isClose && actual.squaredDistances.count == flat.count, sourceLocation: sourceLocation)
  #expect(actual.indices.map(Int.init) == flat.map(\.0), sourceLocation: sourceLocation)
}

@Suite struct NearestNeighboursTests {
  @Test(arguments: AwkwardFeatures.samples) func neighboursWithinASetAreExact(sample: AwkwardFeatures) throws
  {
    let features = try sample.features(seed: 1)
    let expected = sortedNeighbours(squaredDistancesReference(features, features), 5, isWithinOneSet: true)
    for threads in [1, 2, 3] {
      expectNeighbours(
        try NearestNeighbours(within: features, neighbours: 5, team: ThreadTeam(count: threads)), expected)
    }
  }

  @Test(arguments: AwkwardFeatures.samples) func neighboursInAnotherSetAreExact(sample: AwkwardFeatures)
    throws
  {
    let (features, others) = (try sample.features(seed: 1), try sample.features(seed: 2))
    let expected = sortedNeighbours(squaredDistancesReference(features, others), 2, isWithinOneSet: false)
    for threads in [1, 2, 3] {
      expectNeighbours(
        try NearestNeighbours(of: features, among: others, neighbours: 2, team: ThreadTeam(count: threads)),
        expected)
    }
  }

  @Test(arguments: FeatureProblem.cases) func nearestRealImageIsThatOfScikitLearn(name: String) throws {
    let problem = try FeatureProblem(name)
    let result = try NearestNeighbours(of: problem.generated, among: problem.real, team: singleThread)
    #expect(try result.indices.map(Int.init) == problem.integers("nearest.indices"))
    expectClose(
      "distances", result.squaredDistances.map { $0.squareRoot() }, try problem.doubles("nearest.distances"),
      tolerance: 1e-12)
  }

  @Test func aCopiedTrainingImageIsFoundAtNoDistance() throws {
    let folder = TemporaryFolder()
    let source = try openImages(SyntheticImages.write(to: folder, train: 300, test: 10))
    let splits = try DataSplits(
      of: ImageCollection(reading: source), scheme: .official, validation: nil, limit: nil)
    let training = splits.train
    // Some of the training images as they are, some moved a little.
    let copied = [299, 0, 41, 120, 192]
    var pixels = [Float](repeating: 0, count: copied.count * 784)
    pixels.withUnsafeMutableBufferPointer { pixels in
      for (place, image) in copied.enumerated() {
        training.copyImage(image, to: pixels.baseAddress! + place * 784)
      }
    }
    let changed = pixels.map { min(1, $0 + 0.01) }
    let queries = try FeatureMatrix(pixels + changed, count: 10, dimension: 784)
    for threads in [1, 3] {
      let result = try NearestNeighbours(of: queries, among: training, team: ThreadTeam(count: threads))
      #expect(result.squaredDistances[..<5].allSatisfy { $0 == 0 })
      for (place, image) in copied.enumerated() {
        let found = Int(result.indices[place])
        #expect(found <= image && training.image(found).elementsEqual(training.image(image)))
      }
      #expect(result.indices[5...] == result.indices[..<5])
      #expect(result.squaredDistances[5...].allSatisfy { $0 > 0 && $0 < 0.1 })
    }
    let small = try randomFeatures(2, dimension: 100, seed: 1)
    expectBadData("100") { try NearestNeighbours(of: small, among: training, team: singleThread) }
  }

  @Test func fewerImagesThanNeighboursAreRefused() throws {
    let features = try randomFeatures(3, dimension: 2, seed: 1)
    expectBadData("3 images can't have 3") {
      try NearestNeighbours(within: features, neighbours: 3, team: singleThread)
    }
    expectBadData("3 images can't be 4") {
      try NearestNeighbours(of: features, among: features, neighbours: 4, team: singleThread)
    }
  }
}
