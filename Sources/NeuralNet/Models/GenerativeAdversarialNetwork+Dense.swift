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
    return GenerativeAdversarialNetwork(
      generator: try .dense(
        "generator", widths: [latent] + hidden + [pixels], activation: activation, last: .tanh,
        conventions: conventions),
      discriminator: try .dense(
        "discriminator", widths: [pixels] + hidden.reversed() + [1], activation: activation, last: .identity,
        hasMinibatchDeviation: recipe.hasMinibatchDeviation, conventions: conventions))
  }
}
