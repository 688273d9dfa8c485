import Diagnostics
import Evaluation

/// What `atelier evaluate` shall find out, beside its target.
public struct EvaluationRequest: Sendable, Equatable {
  /// `train`, `validation` or `test` of the data, or the path of other images.
  public var against = "test"
  /// Nil takes `fashion-cnn-v1` where images are of its size, else none.
  public var features: FeatureNetworkName?
  /// The weights of Inception.
  public var weights: String?
  /// The most images on either side; a model draws as many. 0 compares none.
  public var count = 10_000
  /// What the codes of the images are drawn from that a model draws; nil takes what the run was trained with.
  public var prior: CodePrior?
  /// The seed of the images that a model draws; nil takes the run's own.
  public var seed: UInt32?
  /// How often a model draws images, with seeds one after another.
  public var repetitions = 1
  /// Codes drawn for each image for the importance-weighted bound of a variational autoencoder; nil computes none.
  public var importanceSamples: Int?
  /// Whether to compute density and coverage.
  public var hasDensity = false
  /// Whether to extrapolate the Fréchet distance to infinitely many images.
  public var hasExtrapolation = false
  /// Where to keep statistics of real images; nil keeps none.
  public var cacheFolder = StatisticsCache.defaultFolder
  /// The `.npz` file to write the generated images' features to.
  public var savedFeatures: String?
  /// The `.png` file to draw generated images above the nearest training images in.
  public var nearestPicture: String?

  public init() {}

  var metrics: GenerationMetrics {
    var metrics: GenerationMetrics = []
    if hasDensity { metrics.insert(.densityAndCoverage) }
    if hasExtrapolation { metrics.insert(.extrapolation) }
    return metrics
  }

  /// Throws a usage failure where an option means nothing without another one.
  public func requireConsistency() throws(Failure) {
    try (features ?? .fashionCNN).requireWeights(given: weights != nil)
    guard count != 1 else {
      throw Failure(
        .usage, "--count 1 has no spread to compare", help: "give 0, or at least 2, better 10,000")
    }
    if count == 0, let option = optionsOfGeneration.first {
      throw Failure(
        .usage, "\(option) needs --count above 0", help: "leave out --count 0, or leave out \(option)")
    }
  }

  /// The options given that ask for something about generated images.
  var optionsOfGeneration: [String] {
    [
      ("--features", features != nil), ("--prior", prior != nil), ("--seed", seed != nil),
      ("--repeat", repetitions > 1),
      ("--density", hasDensity), ("--extrapolate", hasExtrapolation),
      ("--save-features", savedFeatures != nil), ("--nearest", nearestPicture != nil),
    ].filter(\.1).map(\.0)
  }
}
