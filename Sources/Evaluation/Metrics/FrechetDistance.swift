import Diagnostics

/// The Fréchet distance between two Gaussians, which is FID if these were fitted to an Inception network's features:
///
///     |m1 - m2|² + Tr S1 + Tr S2 - 2 Tr (S1 S2)^(1/2)
///
/// With S = F^T F, the last trace is the sum of the singular values of F1 F2^T. That needs no root of a product of
/// covariances, which are singular whenever there are fewer images than features or features that are always zero, and
/// does not square their condition number as eigenvalues of S1 S2 do. Rounding may make the distance of equal sets
/// slightly negative; it is given as it comes.
///
/// Sources: Heusel et al., "GANs trained by a two time-scale update rule", 2017; Dowson and Landau, "The Fréchet
/// distance between multivariate normal distributions", 1982.
public struct FrechetDistance: Sendable, Equatable {
  public let value: Double
  /// |m1 - m2|²
  public let meanTerm: Double
  /// Tr S1 + Tr S2 - 2 Tr (S1 S2)^(1/2)
  public let covarianceTerm: Double
  /// Tr S of the real features: the scale that features' units set.
  public let realTrace: Double
  public let dimension: Int
  public let realCount: Int
  public let generatedCount: Int
  public let realRank: Int
  public let generatedRank: Int

  /// - Throws: 65 if the features differ in dimension, 1 if LAPACK does not converge.
  public init(real: GaussianFit, generated: GaussianFit) throws(Failure) {
    guard real.dimension == generated.dimension else {
      throw Failure(
        .badData,
        "\(real.dimension) real features and \(generated.dimension) generated ones can't be compared",
        help: "compute both with the same feature network")
    }
    let algebra = try DenseAlgebra()
    let product = algebra.productWithTranspose(
      real.factor, rows: real.rank, generated.factor, columns: generated.rank, terms: real.dimension)
    let crossTrace = try algebra.nuclearNorm(product, rows: real.rank, columns: generated.rank)
    dimension = real.dimension
    realTrace = real.trace
    meanTerm = zip(real.moments.mean, generated.moments.mean).reduce(0) {
      $0 + ($1.0 - $1.1) * ($1.0 - $1.1)
    }
    covarianceTerm = realTrace + generated.trace - 2 * crossTrace
    value = meanTerm + covarianceTerm
    realCount = real.moments.count
    generatedCount = generated.moments.count
    realRank = real.rank
    generatedRank = generated.rank
  }

  /// The distance over `realTrace`, which has no unit: comparable between feature networks. Nil if the real features
  /// don't vary at all.
  public var relativeValue: Double? { realTrace > 0 ? value / realTrace : nil }
}
