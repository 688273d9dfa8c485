import Diagnostics
import TensorCore

/// The directions in which codes vary most, by the eigenvectors of their covariance: `sklearn.decomposition.PCA`.
public struct PrincipalComponents: Sendable {
  /// (dimension)
  public let mean: [Double]
  /// Unit vectors (components, dimension), that of the largest variance first; the largest number in each, by magnitude,
  /// is positive, of equal ones the first.
  public let directions: [Double]
  /// Of the codes along each direction, with count - 1 below the fraction line.
  public let variances: [Double]
  /// The part of the whole variance that each direction has; 0 where codes don't vary.
  public let explainedShares: [Double]
  private var dimension: Int { mean.count }

  /// - Parameters:
  ///   - codes: (count, dimension).
  ///   - components: at most as many as dimensions.
  /// - Throws: 65 for fewer than two codes, or any that is not a number; 1 where OpenBLAS is not installed.
  public init(of codes: [Float], dimension: Int, components: Int, team: ThreadTeam) throws(Failure) {
    precondition(components <= dimension)
    let matrix = try FeatureMatrix(codes, count: codes.count / dimension, dimension: dimension, name: "codes")
    let moments = try FeatureMoments(of: matrix, team: team)
    let (values, vectors) = try DenseAlgebra().symmetricEigen(moments.covariance, size: dimension)
    let total = (0..<dimension).reduce(0) { $0 + moments.covariance[$1 * dimension + $1] }
    mean = moments.mean
    // Eigenvalues come in ascending order, those of 0 perhaps a rounding error below.
    variances = (0..<components).map { max(0, values[dimension - 1 - $0]) }
    explainedShares = variances.map { total > 0 ? $0 / total : 0 }
    directions = (0..<components).flatMap { component in
      let vector = vectors[(dimension - 1 - component) * dimension..<(dimension - component) * dimension]
      let largest = vector.max { abs($0) < abs($1) }!
      return vector.map { largest < 0 ? -$0 : $0 }
    }
  }

  /// The codes' places along the directions, from their mean on.
  ///
  /// - Parameter codes: (count, dimension).
  /// - Returns: (count, components).
  public func project(_ codes: [Float]) -> [Float] {
    stride(from: 0, to: codes.count, by: dimension).flatMap { first in
      variances.indices.map { component in
        var sum = 0.0
        for place in 0..<dimension {
          sum += directions[component * dimension + place] * (Double(codes[first + place]) - mean[place])
        }
        return Float(sum)
      }
    }
  }
}
