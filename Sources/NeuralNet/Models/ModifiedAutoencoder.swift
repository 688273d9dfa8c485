import Diagnostics
import TensorCore

extension Autoencoder {
  /// `modified-ae`: by default conv 32, conv 64 and 128 of stride 2, dense 128; then dense 6272 as 128x7x7, transposed
  /// convolutions 128 and 64 of stride 2 and 1 of stride 1.
  ///
  /// Source: github.com/elvinaben/Autoencoder_MNIST, "modified".
  ///
  /// - Throws: a usage failure that names the layer whose sizes don't fit.
  public static func modified(_ settings: ConvolutionalSettings) throws(Failure) -> Autoencoder {
    var encoder = ImageLayers("encoder", input: settings.image, settings: settings)
    for (index, channels) in settings.channels.enumerated() {
      try encoder.convolve("conv\(index + 1)", channels: channels, stride: index == 0 ? 1 : 2)
    }
    let innermost = encoder.shape
    try encoder.encode("dense1", latent: settings.latent, activation: settings.latentActivation)

    var decoder = ImageLayers("decoder", input: innermost, settings: settings)
    try decoder.decode("dense1", latent: settings.latent)
    let widths = settings.channels.dropFirst().reversed()
    for (index, channels) in widths.enumerated() {
      try decoder.convolveTransposed("deconv\(index + 1)", channels: channels, stride: 2)
    }
    try decoder.convolveTransposed("deconv\(widths.count + 1)", channels: 1, activation: .identity)
    return Autoencoder(encoder: encoder.sequential, decoder: decoder.sequential)
  }
}
