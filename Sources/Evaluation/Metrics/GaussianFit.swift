import Diagnostics
import TensorCore

/// The Gaussian with the moments of some features, ready to be compared with others: its covariance is F^T F.
///
/// F holds the eigenvectors as rows, each times the root of its eigenvalue. Of the eigenvalues, only those above
/// dimension · 2.2e-16 · the largest are kept (the threshold of `np.linalg.matrix_rank`), and no more than count - 1,
/// which is the most that count images can span: the others are rounding noise, whose roots would be a hundred million
/// times larger than the noise is.
public struct GaussianFit: Sendable {
  public let moments: FeatureMoments
  /// Directions in which the features vary: below the dimension if there are too few images, features that are
  /// always zero, or features that depend on each other.
  public let rank: Int
  /// F, (rank, dimension).
  let factor: [Double]

  /// - Throws: 65 if the covariance is not finite.
  public init(_ moments: FeatureMoments) throws(Failure) {
    guard moments.mean.allSatisfy(\.isFinite) && moments.covariance.allSatisfy(\.isFinite) else {
      throw Failure(.badData, "the mean or the covariance of the features is not finite")
    }
    let dimension = moments.dimension
    let (values, vectors) = try DenseAlgebra().symmetricEigen(moments.covariance, size: dimension)
    let threshold = Double(dimension) * Double.ulpOfOne * values[dimension - 1]
    let first = max(dimension - (moments.count - 1), values.firstIndex { $0 > threshold } ?? dimension)
    var factor = Array(vectors[(first * dimension)...])
    for row in first..<dimension {
      let root = values[row].squareRoot()
      for element in 0..<dimension { factor[(row - first) * dimension + element] *= root }
    }
    self.moments = moments
    rank = dimension - first
    self.factor = factor
  }

  /// A fit made before, such as that of a cache.
  ///
  /// - Precondition: `factor` is (rank, dimension), with no more rows than columns.
  init(moments: FeatureMoments, factor: [Double]) {
    precondition(factor.count % moments.dimension == 0 && factor.count <= moments.covariance.count)
    self.moments = moments
    rank = factor.count / moments.dimension
    self.factor = factor
  }

  /// The Gaussian of some images' features.
  ///
  /// - Throws: 65 for fewer than two images.
  public init(of features: FeatureMatrix, team: ThreadTeam) throws(Failure) {
    try self.init(FeatureMoments(of: features, team: team))
  }

  public var dimension: Int { moments.dimension }
  /// The sum of the features' variances.
  public var trace: Double { (0..<dimension).reduce(0) { $0 + moments.covariance[$1 * (dimension + 1)] } }
}
