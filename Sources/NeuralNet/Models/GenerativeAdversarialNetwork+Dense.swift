import Diagnostics
import TensorCore

extension GenerativeAdversarialNetwork {
  /// `gan`: dense layers, mirrored widths.
  ///
  ///     generator: latent - hidden… - pixels, leaky ReLU 0.2, tanh
  ///     discriminator: pixels - …hidden - 1, leaky ReLU 0.2
  ///
  /// - Parameters:
  ///   - hidden: widths from the noise to the image.
  ///   - recipe: what is other than published; there is no batch normalization of dense layers.
  /// - Throws: a usage failure that names the layer whose width is 0.
  public static func dense(
    pixels: Int, latent: Int, hidden: [Int], activation: Activation = .leakyReLU,
    recipe: AdversarialRecipe = AdversarialRecipe(norm: .none), conventions: Conventions
  ) throws(Failure) -> GenerativeAdversarialNetwork {
    try requirePositive("generator.dense1", "input", latent)
    let isSpectral = recipe.norm == .spectral
    var layers = try denseLayers(
      "discriminator", widths: [pixels] + hidden.reversed(), activation: activation,
      isSpectrallyNormalized: isSpectral, conventions: conventions)
    var features = ImageShape(height: 1, width: 1, channels: hidden.first ?? pixels)
    if recipe.hasMinibatchStandardDeviation {
      let deviation = MinibatchStandardDeviation(input: features)
      layers.append(deviation)
      features = deviation.outputShape
    }
    layers.append(
      lastLayer(
        "discriminator.dense\(hidden.count + 1)", inputs: features.count, classes: recipe.classes,
        isSpectrallyNormalized: isSpectral, conventions: conventions))
    return GenerativeAdversarialNetwork(
      generator: try .dense(
        "generator", widths: [latent + (recipe.classes ?? 0)] + hidden + [pixels], activation: activation,
        last: .tanh, conventions: conventions),
      discriminator: Sequential(layers), classes: recipe.classes)
  }
}
