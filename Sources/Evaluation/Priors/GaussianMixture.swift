import Collectives
import TensorCore

/// A mixture of K Gaussians with full covariances over codes of d dimensions: a prior to sample codes from.
///
/// p(x) = sum over k of w_k N(x; m_k, L_k L_k^T). With one component it is the Gaussian of all codes.
public struct GaussianMixture: Sendable, Equatable {
  /// w, (K): positive, with the sum 1.
  public let weights: [Double]
  /// m, (K, d).
  public let means: [Double]
  /// L, (K, d, d): the lower Cholesky factors of the covariances, zero above the diagonal.
  public let cholesky: [Double]

  /// - Precondition: the sizes agree, every L is lower triangular with a positive diagonal, weights are positive.
  public init(weights: [Double], means: [Double], cholesky: [Double]) {
    precondition(!weights.isEmpty && !means.isEmpty && means.count % weights.count == 0)
    precondition(cholesky.count == means.count * (means.count / weights.count))
    self.weights = weights
    self.means = means
    self.cholesky = cholesky
  }

  /// K.
  public var componentCount: Int { weights.count }
  /// d.
  public var dimension: Int { means.count / weights.count }

  /// The mean over codes of log p(x), in nats, with equal bits at any number of ranks and threads; a collective call.
  ///
  /// - Precondition: there is a code, and it is of this dimension.
  public func logLikelihood(of codes: PriorCodes, group: ProcessGroup, team: ThreadTeam) -> Double {
    precondition(codes.count > 0 && codes.dimension == dimension)
    let density = MixtureDensity(self)
    let sums = codes.sum(width: 1, group: group, team: team, phase: "likelihood of the codes") { rows, sum in
      let block = MixtureBlock(components: componentCount, dimension: dimension)
      block.forEach(in: rows, of: codes) { sum[0] += density.evaluate(block) }
    }
    return sums[0] / Double(codes.count)
  }
}
