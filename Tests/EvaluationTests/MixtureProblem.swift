import Collectives
import Evaluation
import TensorCore
import TestSupport
import Testing

/// A case of the fixture `mixture`: codes, a start and what scikit-learn makes of them.
struct MixtureProblem {
  static let cases = ["blobs", "limited", "lost", "rectified"]
  let fixture: Fixture
  let name: String
  let dimension: Int
  let codes: [Float]
  let start: GaussianMixture

  init(_ name: String) throws {
    let fixture = try Fixture("mixture")
    self.fixture = fixture
    self.name = name
    dimension = try fixture.shape("\(name).codes")[1]
    codes = try fixture.floats("\(name).codes")
    start = GaussianMixture(
      weights: try fixture.doubles("\(name).start.weights"),
      means: try fixture.doubles("\(name).start.means"),
      cholesky: try fixture.doubles("\(name).start.cholesky"))
  }

  func doubles(_ tensor: String) throws -> [Double] { try fixture.doubles("\(name).\(tensor)") }

  func priorCodes(shards: Int = 16) -> PriorCodes { PriorCodes(codes, dimension: dimension, shards: shards) }

  func fit(_ options: MixtureFit.Options = .init(), shards: Int = 16) throws -> MixtureFit {
    try MixtureFit(
      from: start, of: priorCodes(shards: shards), options: options, group: .single(), team: singleThread)
  }
}

extension GaussianMixture {
  /// L L^T of all components, (K, d, d).
  var covariances: [Double] {
    var result = [Double](repeating: 0, count: cholesky.count)
    for first in stride(from: 0, to: cholesky.count, by: dimension * dimension) {
      for row in 0..<dimension {
        for column in 0..<dimension {
          for k in 0..<dimension {
            result[first + row * dimension + column] +=
              cholesky[first + row * dimension + k] * cholesky[first + column * dimension + k]
          }
        }
      }
    }
    return result
  }
}

/// Expects two mixtures to have the same bits.
func expectSameMixture(_ name: String, _ actual: GaussianMixture, _ expected: GaussianMixture) {
  expectSameBits("\(name): weights", actual.weights, expected.weights)
  expectSameBits("\(name): means", actual.means, expected.means)
  expectSameBits("\(name): cholesky", actual.cholesky, expected.cholesky)
}

/// Mean and covariance (divided by the count) of codes, plainly in double precision.
func plainMoments(_ codes: [Float], dimension: Int) -> (mean: [Double], covariance: [Double]) {
  let count = codes.count / dimension
  var mean = [Double](repeating: 0, count: dimension)
  for element in codes.indices { mean[element % dimension] += Double(codes[element]) / Double(count) }
  var covariance = [Double](repeating: 0, count: dimension * dimension)
  for code in 0..<count {
    for row in 0..<dimension {
      for column in 0..<dimension {
        covariance[row * dimension + column] +=
          (Double(codes[code * dimension + row]) - mean[row])
          * (Double(codes[code * dimension + column]) - mean[column]) / Double(count)
      }
    }
  }
  return (mean, covariance)
}
