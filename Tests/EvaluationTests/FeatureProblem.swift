import Diagnostics
import Evaluation
import TensorCore
import TestSupport
import Testing

/// The features of a case of the fixture `metrics`.
struct FeatureProblem {
  static let cases = ["full", "scales", "dead", "dependent", "few"]
  let fixture: Fixture
  let name: String
  let real: FeatureMatrix
  let generated: FeatureMatrix

  init(_ name: String) throws {
    fixture = try Fixture("metrics")
    self.name = name
    real = try Self.matrix(fixture, "\(name).real")
    generated = try Self.matrix(fixture, "\(name).generated")
  }

  func doubles(_ tensor: String) throws -> [Double] { try fixture.doubles("\(name).\(tensor)") }

  func integers(_ tensor: String) throws -> [Int] { try fixture.integers("\(name).\(tensor)") }

  static func matrix(_ fixture: Fixture, _ tensor: String) throws -> FeatureMatrix {
    let shape = try fixture.shape(tensor)
    return try FeatureMatrix(fixture.floats(tensor), count: shape[0], dimension: shape[1])
  }
}

let singleThread = ThreadTeam(count: 1)

/// Features made up from the seed, `offset` + `scale` times uniform numbers from -1 to 1.
func randomFeatures(
  _ count: Int, dimension: Int, seed: UInt32, offset: Float = 0, scale: Float = 1
) throws -> FeatureMatrix {
  let values = randomFloats(count * dimension, seed: seed).map { offset + scale * $0 }
  return try FeatureMatrix(values, count: count, dimension: dimension)
}

/// Expects a call to be refused with 65.
func expectBadData<Result>(
  _ mention: String, sourceLocation: SourceLocation = #_sourceLocation, _ body: () throws -> Result
) {
  let failure = #expect(throws: Failure.self, sourceLocation: sourceLocation) { _ = try body() }
  #expect(failure?.code == .badData, sourceLocation: sourceLocation)
  #expect(
    failure?.message.contains(mention) == true, "\(failure?.message ?? "")", sourceLocation: sourceLocation)
}

@Test func featuresThatAreNotNumbersAreRefused() {
  for value: Float in [.nan, .infinity, -.infinity, 1e16] {
    var values = [Float](repeating: 1, count: 12)
    values[7] = value
    expectBadData("feature 1 of image 2 of the generated images") {
      try FeatureMatrix(values, count: 4, dimension: 3, name: "generated images")
    }
  }
}
