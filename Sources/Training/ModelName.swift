import Evaluation
import ImageData

/// The models that `atelier train` knows, by the names used on the command line.
public enum ModelName: String, Sendable, CaseIterable {
  case denseAutoencoder = "dense-ae"
  case convolutionalAutoencoder = "conv-ae"
  case baselineAutoencoder = "baseline-ae"
  case modifiedAutoencoder = "modified-ae"
  case variationalAutoencoder = "vae"
  case convolutionalVariationalAutoencoder = "conv-vae"
  case gan
  case convolutionalGAN = "dcgan"
  case classifier

  /// What it learns.
  public enum Kind: Sendable {
    case autoencoder
    case variationalAutoencoder
    case adversarial
    case classifier
  }

  public var kind: Kind {
    switch self {
    case .denseAutoencoder, .convolutionalAutoencoder, .baselineAutoencoder, .modifiedAutoencoder:
      .autoencoder
    case .variationalAutoencoder, .convolutionalVariationalAutoencoder: .variationalAutoencoder
    case .gan, .convolutionalGAN: .adversarial
    case .classifier: .classifier
    }
  }

  /// Whether it makes codes of images and images of codes.
  public var hasCodes: Bool { kind == .autoencoder || kind == .variationalAutoencoder }

  /// The images that its best state is chosen by: of a GAN those that it imitates, never those for testing.
  var selectionPart: SplitPart { kind == .adversarial ? .train : .validation }

  /// The figure that its best state has least of, by its key in `metrics.jsonl`.
  ///
  /// - Parameter features: the network that compares generated images.
  public func selectionMetric(features: FeatureNetworkName = .fashionCNN) -> String {
    let name =
      kind == .adversarial ? GenerationMetric.frechetDistance.key(network: features.rawValue) : "loss"
    return "\(selectionPart.rawValue)/\(name)"
  }

  /// Whether it makes images out of nothing.
  public var generatesImages: Bool { kind != .classifier }

  /// Whether its images have to have labels.
  public var needsLabels: Bool { kind == .classifier }

  /// Whether `--hidden` says how wide it is.
  public var hasHiddenWidths: Bool {
    self == .denseAutoencoder || self == .variationalAutoencoder || self == .gan || self == .classifier
  }

  /// Whether it is made of convolutions, so that `--channels` says how wide it is.
  public var isConvolutional: Bool {
    self != .denseAutoencoder && self != .variationalAutoencoder && self != .gan
  }
}
