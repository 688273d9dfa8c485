import Artifacts
import ImageData

/// What kept statistics of real images belong to: a text that differs whenever they would.
public struct StatisticsKey: Sendable, Equatable {
  /// The feature network's name.
  public let network: String
  /// All that the statistics depend on, a line each.
  public let text: String
  /// The lines that say which statistics they are, without those that say what computed them: a new version of the
  /// program takes the place of an older one's file.
  private let subject: String

  /// To be raised with every change of what the statistics are or of how they are stored.
  static let formatVersion = 2

  /// - Parameters:
  ///   - environment: what the bits of the arithmetic may depend on beside all this: the processor's instruction sets,
  ///     the version of OpenBLAS.
  public init(
    images: ImageDataset, network: any FeatureNetwork, environment: String
  ) {
    self.network = network.name
    subject = """
      atelier's statistics of real images, format \(Self.formatVersion)
      images: \(images.count) of \(images.height)x\(images.width)
      pixels: \(images.pixelDigest)
      features: \(network.name), \(network.featureCount), classes: \(network.classCount ?? 0)
      weights: \(network.weightsDigest)
      preprocessing: \(network.preprocessing)
      """
    text = subject + "\nenvironment: \(environment)"
  }

  /// The name of the file that holds the statistics.
  public var fileName: String {
    "\(network)-\(SHA256.digest(of: Array(subject.utf8)).description.prefix(16)).safetensors"
  }
}

extension ImageDataset {
  /// The SHA-256 of the pixels of these images, as they lie in memory, in their order.
  var pixelDigest: SHA256Digest {
    let hash = SHA256()
    for index in 0..<count { hash.update(image(index)) }
    return hash.finish()
  }
}
