import Diagnostics
import TensorCore

extension VariationalAutoencoder {
  /// `vae`: 784-400-(20, 20)-400-784 by default, ReLU, linear heads, sigmoid output.
  ///
  /// The sizes of PyTorch's own example (github.com/pytorch/examples, vae).
  ///
  /// - Parameters:
  ///   - hidden: widths of the layers between the image and the heads; the decoder mirrors them.
  ///   - activation: after each hidden layer.
  /// - Throws: a usage failure that names the layer whose width is 0, or where there is no hidden layer.
  public static func dense(
    pixels: Int = 784, hidden: [Int] = [400], latent: Int = 20, activation: Activation = .relu,
    likelihood: PixelLikelihood = .bernoulli, conventions: Conventions = .torch
  ) throws(Failure) -> VariationalAutoencoder {
    guard !hidden.isEmpty else {
      throw Failure(
        .usage, "encoder: a variational autoencoder needs a hidden layer before its two heads",
        help: "give at least one width in --hidden")
    }
    try requirePositive("encoder.mean", "width", latent)
    return try VariationalAutoencoder(
      trunk: try .dense(
        "encoder", widths: [pixels] + hidden, activation: activation, last: activation,
        conventions: conventions),
      latent: latent,
      decoder: try .dense(
        "decoder", widths: [latent] + hidden.reversed() + [pixels], activation: activation, last: .identity,
        conventions: conventions),
      likelihood: likelihood, conventions: conventions)
  }
}
