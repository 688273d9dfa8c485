import Collectives
import Evaluation
import ImageData
import NeuralNet
import TensorCore

/// A prior that is ready to draw codes from.
struct FittedPrior {
  let prior: CodePrior
  /// Nil for N(0, I).
  let mixture: GaussianMixture?
  /// What people should know of the fit; nil where nothing was fitted here.
  var note: String?

  static let normal = FittedPrior(prior: .normal, mixture: nil)

  /// Whether it is known by name only.
  var isOutstanding: Bool { prior != .normal && mixture == nil }
}

extension FittedPrior {
  /// Fits a prior to the codes of the training images; a collective call that gives the same bits on every rank.
  ///
  /// - Throws: on every rank, 64 for fewer images than components, 65 for codes that are not finite or have no covariance
  ///   to speak of.
  init(
    fitting prior: CodePrior, to images: ImageDataset, by model: any ImageCoder, seed: UInt32, shards: Int,
    group: ProcessGroup, team: ThreadTeam
  ) throws {
    self.prior = prior
    guard let components = prior.components else {
      mixture = nil
      return
    }
    try prior.requireEnough(images)
    var codes = drawCodes(of: images, by: model, seed: seed, shards: shards, group: group, team: team)
    if !group.isRoot { codes = [Float](repeating: 0, count: images.count * model.latentDimension) }
    codes.withUnsafeMutableBytes { group.broadcast($0, phase: "sending codes") }
    let ownCodes = PriorCodes(
      codes, dimension: model.latentDimension, shards: shards, rank: group.rank, ranks: group.size)
    let fit = try MixtureFit(components: components, of: ownCodes, seed: seed, group: group, team: team)
    mixture = fit.mixture
    note =
      "prior   \(components == 1 ? "Gaussian" : "mixture of \(components) Gaussians") fitted to "
      + "\(grouped(images.count)) codes: log-likelihood \(decimals(fit.logLikelihoods.last!, 3)) nats in iteration "
      + "\(fit.logLikelihoods.count)"
      + (fit.hasConverged ? "" : ", not settled")
  }
}
