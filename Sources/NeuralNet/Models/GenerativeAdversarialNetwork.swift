import TensorCore

/// A generator of images and a discriminator that tells them from real ones, trained against each other: each has an arena,
/// and an optimiser, of its own.
///
/// Source: Goodfellow et al., "Generative adversarial nets", 2014.
public final class GenerativeAdversarialNetwork: TrainableModel {
  /// Noise to images in [-1, 1]; with classes it takes them behind the noise (`generatorInput`).
  public let generator: Sequential
  /// Images in [-1, 1] to a logit: the larger, the more it takes the image for a real one.
  public let discriminator: Sequential
  public let generatorArena: ParameterArena
  public let discriminatorArena: ParameterArena
  /// Classes that images are drawn and judged by; nil for a GAN without.
  public let classCount: Int?
  /// Room for `generatorInput`.
  var conditionedNoise = AlignedBuffer<Float>(count: 0)

  /// - Parameter classes: of which the generator takes as many numbers, behind the noise; nil for a GAN without.
  /// - Precondition: the discriminator takes what the generator gives, and gives one number.
  public init(generator: Sequential, discriminator: Sequential, classes: Int? = nil) {
    precondition(discriminator.inputCount == generator.outputCount && discriminator.outputCount == 1)
    precondition(generator.inputCount > classes ?? 0)
    self.generator = generator
    self.discriminator = discriminator
    classCount = classes
    generatorArena = ParameterArena(generator.parameters)
    discriminatorArena = ParameterArena(discriminator.parameters)
  }

  public var networks: [Sequential] { [generator, discriminator] }
  public var arenas: [ParameterArena] { [generatorArena, discriminatorArena] }
  public var pixelCount: Int { generator.outputCount }
  /// Numbers in the noise that an image is made of.
  public var latentDimension: Int { generator.inputCount - (classCount ?? 0) }
}

extension GenerativeAdversarialNetwork: ImageGenerator {
  public func generate(codes: UnsafePointer<Float>, pass: Pass) -> UnsafeMutablePointer<Float> {
    let images = generator.forward(input: generatorInput(noise: codes, pass: pass), pass: pass)
    rescale(
      images, scale: 0.5, offset: 0.5, into: images, count: pass.rowCount * pixelCount, team: pass.team)
    return images
  }
}
