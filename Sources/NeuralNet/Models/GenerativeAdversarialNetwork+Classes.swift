import TensorCore

/// What a GAN does to draw and judge images by their class.
extension GenerativeAdversarialNetwork {
  /// What the generator takes: the noise, and where there are classes behind each row that of the pass as one-hot numbers.
  ///
  /// Source: Mirza and Osindero, "Conditional generative adversarial nets", 2014.
  ///
  /// - Parameter noise: (rows, latentDimension).
  /// - Returns: (rows, generator.inputCount), valid until the next call and as long as the noise.
  /// - Precondition: the pass has the class of each row, where there are classes.
  public func generatorInput(noise: UnsafePointer<Float>, pass: Pass) -> UnsafePointer<Float> {
    guard let classCount else { return noise }
    let labels = pass.requireLabels(below: classCount)
    let (latent, width) = (latentDimension, generator.inputCount)
    if conditionedNoise.count < labels.count * width {
      conditionedNoise = AlignedBuffer(count: labels.count * width)
    }
    for (row, label) in labels.enumerated() {
      let destination = conditionedNoise.pointer + row * width
      destination.update(from: noise + row * latent, count: latent)
      (destination + latent).update(repeating: 0, count: classCount)
      destination[latent + Int(label)] = 1
    }
    return UnsafePointer(conditionedNoise.pointer)
  }

  /// The layer that makes a logit of a discriminator's features: a dense one, or with classes one that knows them.
  ///
  /// - Parameters:
  ///   - name: the prefix of its names, as in `discriminator.dense1`; the classes' is `discriminator.embedding`.
  ///   - weightInitializer: nil is what the conventions say.
  static func lastLayer(
    _ name: String, inputs: Int, classes: Int?, weightInitializer: Initializer? = nil,
    isSpectrallyNormalized: Bool, conventions: Conventions
  ) -> any Layer {
    guard let classes else {
      return Dense(
        name, inputs: inputs, outputs: 1, activation: .identity, weightInitializer: weightInitializer,
        isSpectrallyNormalized: isSpectrallyNormalized, conventions: conventions)
    }
    return ClassProjection(
      name, embedding: "discriminator.embedding", inputs: inputs, classes: classes,
      weightInitializer: weightInitializer, isSpectrallyNormalized: isSpectrallyNormalized,
      conventions: conventions)
  }
}
