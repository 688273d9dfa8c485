import Diagnostics
import TensorCore

extension Autoencoder {
  /// `baseline-ae`: by default conv 32, conv 32, pool, dense 128; then dense 6272 as 32x14x14, upsample, conv 32,
  /// conv 32, conv 1. One max pool of 2x2 whatever the number of convolutions.
  ///
  /// Source: github.com/elvinaben/Autoencoder_MNIST as its README describes it; the notebook has one convolution before
  /// the pool, which are the channels 32.
  ///
  /// - Throws: a usage failure that names the layer whose sizes don't fit.
  public static func baseline(_ settings: ConvolutionalSettings) throws(Failure) -> Autoencoder {
    var encoder = ImageLayers("encoder", input: settings.image, settings: settings)
    for (index, channels) in settings.channels.enumerated() {
      try encoder.convolve("conv\(index + 1)", channels: channels)
    }
    try encoder.pool("pool1")
    let innermost = encoder.shape
    try encoder.encode("dense1", latent: settings.latent, activation: settings.latentActivation)

    var decoder = ImageLayers("decoder", input: innermost, settings: settings)
    try decoder.decode("dense1", latent: settings.latent)
    try decoder.upsample("upsample1")
    for (index, channels) in settings.channels.reversed().enumerated() {
      try decoder.convolve("conv\(index + 1)", channels: channels)
    }
    try decoder.convolve("conv\(settings.channels.count + 1)", channels: 1, activation: .identity)
    return Autoencoder(encoder: encoder.sequential, decoder: decoder.sequential)
  }
}
