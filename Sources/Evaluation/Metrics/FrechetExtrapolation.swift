import Diagnostics
import TensorCore

/// The Fréchet distance that infinitely many generated images would have.
///
/// The distance from N generated images is too large by about K/N, with a K that differs between generators, so that
/// two of them can change places with N. A straight line through the distances at several N, over 1/N, meets 1/N = 0 at
/// a value without that bias. The real side stays as it is, with its own bias.
///
/// Source: Chong and Forsyth, "Effectively unbiased FID and Inception Score and where to find them", 2020; the sizes
/// are evenly spaced, as theirs, from a fifth of the images (theirs: a tenth).
public struct FrechetExtrapolation: Sendable, Equatable {
  /// The distance at 1/N = 0.
  public let value: Double
  /// K: what the distance rises by per unit of 1/N.
  public let slope: Double
  /// The numbers of generated images, ascending.
  public let sizes: [Int]
  /// The distance at each size.
  public let distances: [Double]

  /// - Parameters:
  ///   - points: sizes to measure at; each draws a fresh subset, as a function of the seed.
  /// - Throws: 65 if there are too few generated images for so many sizes.
  public init(
    real: GaussianFit, generated: FeatureMatrix, points: Int = 15, seed: UInt32, team: ThreadTeam
  ) throws(Failure) {
    precondition(points >= 2)
    guard generated.count / 5 >= max(2, points) else {
      throw Failure(
        .badData, "\(generated.count) \(generated.name) are too few to extrapolate from",
        help: "give at least \(5 * max(2, points)), better 10,000")
    }
    let first = generated.count / 5
    let sizes = (0..<points).map { first + (generated.count - first) * $0 / (points - 1) }
    var distances: [Double] = []
    for (point, size) in sizes.enumerated() {
      let subset = generated.rows(
        randomSubset(
          size, of: generated.count, seed: seed, name: SubsetName(use: .extrapolation, number: point)))
      distances.append(
        try FrechetDistance(real: real, generated: GaussianFit(of: subset, team: team)).value)
    }
    self.init(sizes: sizes, distances: distances)
  }

  /// The line of least squares through distances over 1/size.
  ///
  /// - Precondition: two different sizes at least.
  public init(sizes: [Int], distances: [Double]) {
    precondition(sizes.count == distances.count && Set(sizes).count >= 2)
    let count = Double(sizes.count)
    let inverses = sizes.map { 1 / Double($0) }
    let meanInverse = inverses.reduce(0, +) / count
    let meanDistance = distances.reduce(0, +) / count
    var (products, squares) = (0.0, 0.0)
    for (inverse, distance) in zip(inverses, distances) {
      products += (inverse - meanInverse) * (distance - meanDistance)
      squares += (inverse - meanInverse) * (inverse - meanInverse)
    }
    slope = products / squares
    value = meanDistance - slope * meanInverse
    self.sizes = sizes
    self.distances = distances
  }
}
