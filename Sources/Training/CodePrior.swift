import Collectives
import Diagnostics
import Evaluation
import ImageData
import NeuralNet
import TensorCore

/// What the codes of generated images are drawn from, by the names used on the command line.
public enum CodePrior: Sendable, Equatable {
  /// N(0, I), whatever codes the model makes.
  case normal
  /// The Gaussian with the mean and covariance of the training images' codes.
  case gaussian
  /// A mixture of so many Gaussians fitted to them.
  case mixture(components: Int)

  private static let mixturePrefix = "mixture:"

  /// - Parameter text: `normal`, `gaussian`, or `mixture:` and a number of at least 1.
  public init?(_ text: String) {
    switch text {
    case "normal": self = .normal
    case "gaussian": self = .gaussian
    default:
      guard text.hasPrefix(Self.mixturePrefix),
        let components = Int(text.dropFirst(Self.mixturePrefix.count)),
        1...Self.componentLimit ~= components
      else { return nil }
      self = .mixture(components: components)
    }
  }

  /// A mixture of more is a mistake rather than a prior.
  private static let componentLimit = 10_000

  /// As `init(_:)` reads it.
  public var text: String {
    switch self {
    case .normal: "normal"
    case .gaussian: "gaussian"
    case .mixture(let components): Self.mixturePrefix + "\(components)"
    }
  }

  /// Throws a usage failure where there are too few training images for it.
  func requireEnough(_ images: ImageDataset) throws(Failure) {
    guard let components, components > images.count else { return }
    throw Failure(
      .usage,
      "--prior \(text) needs at least \(grouped(components)) training images, and there are \(grouped(images.count))",
      help: "give a smaller number")
  }

  /// Gaussians to fit; nil where there is nothing to fit.
  var components: Int? {
    switch self {
    case .normal: nil
    case .gaussian: 1
    case .mixture(let components): components
    }
  }
}

extension RunConfiguration {
  /// Refuses to go on with another prior where evaluations draw images from it: the rows of `metrics.jsonl` would be of two.
  func requireSamePrior(as saved: CodePrior) throws(Failure) {
    let own = prior ?? .normal
    guard fidSamples > 0, own != saved else { return }
    throw Failure(
      .usage,
      "--prior is \(own.text), but was \(saved.text) for the checkpoint, and decides the figures of --fid-samples",
      help: "resume with --prior \(saved.text), or score the run with evaluate --prior \(own.text)")
  }
}

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
