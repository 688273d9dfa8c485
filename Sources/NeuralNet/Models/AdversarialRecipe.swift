/// What keeps a GAN's discriminator from growing too steep, by the name on the command line.
public enum DiscriminatorNorm: String, Sendable, CaseIterable {
  /// Batch normalization after each convolution but the first.
  case batch
  /// Each weight divided by its largest singular value (`SpectralNormalization`).
  case spectral
  case none
}

/// What the better recipes change of a GAN's two networks.
public struct AdversarialRecipe: Sendable, Equatable {
  public var norm: DiscriminatorNorm
  /// Classes that images are drawn and judged by; nil for a GAN without.
  public var classes: Int?
  /// Whether the discriminator sees how much the images of a batch differ.
  public var hasMinibatchStandardDeviation: Bool

  public init(norm: DiscriminatorNorm, classes: Int? = nil, hasMinibatchStandardDeviation: Bool = false) {
    self.norm = norm
    self.classes = classes
    self.hasMinibatchStandardDeviation = hasMinibatchStandardDeviation
  }
}
