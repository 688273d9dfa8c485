import Diagnostics
import ImageData

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
