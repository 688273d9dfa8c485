import Diagnostics
import TensorCore

extension VariationalAutoencoder {
  /// `conv-vae`: the convolutions and the decoder of `conv-ae`, with linear heads 6272-(20, 20) in place of its
  /// `encoder.dense1`.
  ///
  /// - Parameter settings: PyTorch's conventions are this model's own.
  /// - Precondition: the latent activation is the identity.
  /// - Throws: a usage failure that names the layer whose sizes don't fit.
  public static func convolutional(
    _ settings: ConvolutionalSettings, likelihood: PixelLikelihood = .bernoulli
  ) throws(Failure) -> VariationalAutoencoder {
    precondition(settings.latentActivation == .identity, "the heads are linear")
    try requirePositive("encoder.mean", "width", settings.latent)
    var encoder = try ImageLayers.convolutionalEncoder(settings)
    let innermost = encoder.shape
    encoder.flatten()
    return try VariationalAutoencoder(
      trunk: encoder.sequential, latent: settings.latent,
      decoder: try ImageLayers.convolutionalDecoder(settings, innermost: innermost).sequential,
      likelihood: likelihood, conventions: settings.conventions)
  }
}
