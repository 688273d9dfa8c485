/// Where the codes of some images lie, dimension by dimension; sums in double, in the order of the images.
public struct CodeSpread: Sendable {
  public let count: Int
  /// (latent dimension)
  public let means: [Double]
  /// Of each dimension: sqrt(sum of (x - mean)^2 / count), `np.std`.
  public let standardDeviations: [Double]
  private let codes: [Float]

  /// - Parameter codes: (count, latentDimension), at least one.
  public init(_ codes: [Float], latentDimension: Int) {
    precondition(!codes.isEmpty && codes.count % latentDimension == 0)
    let count = codes.count / latentDimension
    func average(_ term: (Int, Double) -> Double) -> [Double] {
      var sums = [Double](repeating: 0, count: latentDimension)
      for first in stride(from: 0, to: codes.count, by: latentDimension) {
        for dimension in 0..<latentDimension {
          sums[dimension] += term(dimension, Double(codes[first + dimension]))
        }
      }
      return sums.map { $0 / Double(count) }
    }
    let means = average { $1 }
    self.codes = codes
    self.count = count
    self.means = means
    standardDeviations = average { ($1 - means[$0]) * ($1 - means[$0]) }.map { $0.squareRoot() }
  }

  /// The dimensions with the largest standard deviations, widest first, of equal ones the lower first.
  public func widestDimensions(atMost limit: Int) -> [Int] {
    let order = standardDeviations.indices.sorted {
      (-standardDeviations[$0], $0) < (-standardDeviations[$1], $1)
    }
    return Array(order.prefix(limit))
  }

  /// The values of a dimension below which these shares of the codes lie, from 0 to 1, with linear interpolation between
  /// codes: `np.quantile`.
  public func quantiles(_ shares: [Double], ofDimension dimension: Int) -> [Double] {
    let values = stride(from: dimension, to: codes.count, by: means.count).map { Double(codes[$0]) }.sorted()
    return shares.map { share in
      let place = share * Double(count - 1)
      let below = min(Int(place), count - 1)
      let above = min(below + 1, count - 1)
      return values[below] + (place - Double(below)) * (values[above] - values[below])
    }
  }
}
