import Collectives
import Diagnostics
import TensorCore

/// A Gaussian mixture fitted to codes by expectation maximisation, as scikit-learn's `GaussianMixture` with
/// `covariance_type="full"`, in double precision and with equal bits at any number of ranks and threads.
public struct MixtureFit: Sendable {
  /// How a fit goes; the defaults are scikit-learn's.
  public struct Options: Sendable {
    /// Added to the covariances' diagonals.
    public var regularization = 1e-6
    /// The fit ends when an iteration changes the mean log-likelihood by less.
    public var tolerance = 1e-3
    /// At most so many iterations.
    public var iterationLimit = 100

    public init(regularization: Double = 1e-6, tolerance: Double = 1e-3, iterationLimit: Int = 100) {
      self.regularization = regularization
      self.tolerance = tolerance
      self.iterationLimit = iterationLimit
    }
  }

  public let mixture: GaussianMixture
  /// The mean log-likelihood of a code in nats at the beginning of each iteration.
  public let logLikelihoods: [Double]
  /// Whether the likelihood settled before the iterations' limit.
  public let hasConverged: Bool

  /// Fits from the clusters that k-means finds; a collective call.
  ///
  /// - Throws: on every rank, 65 for fewer codes than components, codes that are not finite, or a covariance that is not
  ///   positive definite.
  public init(
    components: Int, of codes: PriorCodes, seed: UInt32, options: Options = Options(), group: ProcessGroup,
    team: ThreadTeam
  ) throws {
    try codes.requireFit(components: components, group: group)
    let clusters = KMeans(clusters: components, of: codes, seed: seed, group: group, team: team)
    let statistics = MixtureStatistics(shifts: clusters.centres, components: components)
    let sums = codes.sum(width: statistics.width, group: group, team: team, phase: "start of the prior") {
      rows, sums in
      let block = MixtureBlock(components: components, dimension: codes.dimension)
      block.forEach(in: rows, of: codes) {
        clusters.writeResponsibilities(of: block, codes)
        statistics.add(block, to: sums)
      }
    }
    let start = try statistics.mixture(of: sums, regularization: options.regularization)
    try self.init(from: start, checked: codes, options: options, group: group, team: team)
  }

  /// Fits from a given start; a collective call.
  ///
  /// - Throws: as the other one.
  public init(
    from start: GaussianMixture, of codes: PriorCodes, options: Options = Options(), group: ProcessGroup,
    team: ThreadTeam
  ) throws {
    precondition(start.dimension == codes.dimension)
    try codes.requireFit(components: start.componentCount, group: group)
    try self.init(from: start, checked: codes, options: options, group: group, team: team)
  }

  private init(
    from start: GaussianMixture, checked codes: PriorCodes, options: Options, group: ProcessGroup,
    team: ThreadTeam
  ) throws {
    var mixture = start
    var history: [Double] = []
    var hasConverged = false
    while history.count < options.iterationLimit && !hasConverged {
      let density = MixtureDensity(mixture)
      let statistics = MixtureStatistics(shifts: mixture.means, components: mixture.componentCount)
      let sums = codes.sum(width: statistics.width, group: group, team: team, phase: "fit of the prior") {
        rows, sums in
        let block = MixtureBlock(components: statistics.components, dimension: codes.dimension)
        block.forEach(in: rows, of: codes) {
          sums[0] += density.evaluate(block)
          statistics.add(block, to: sums)
        }
      }
      mixture = try statistics.mixture(of: sums, regularization: options.regularization)
      let logLikelihood = sums[0] / Double(codes.count)
      hasConverged = history.last.map { abs(logLikelihood - $0) < options.tolerance } ?? false
      history.append(logLikelihood)
    }
    self.mixture = mixture
    logLikelihoods = history
    self.hasConverged = hasConverged
  }
}
