import Diagnostics
import TensorCore

extension Autoencoder {
  /// `conv-ae`: by default conv 32, pool, conv 64, pool, conv 128, dense 64; then dense 6272 as 128x7x7, transposed
  /// convolutions 64 and 32 of stride 2 and 1 of stride 1. Max pools of 2x2 between the convolutions.
  ///
  /// - Throws: a usage failure that names the layer whose sizes don't fit.
  public static func convolutional(_ settings: ConvolutionalSettings) throws(Failure) -> Autoencoder {
    var encoder = try ImageLayers.convolutionalEncoder(settings)
    let innermost = encoder.shape
    try encoder.encode("dense1", latent: settings.latent, activation: settings.latentActivation)
    let decoder = try ImageLayers.convolutionalDecoder(settings, innermost: innermost)
    return Autoencoder(encoder: encoder.sequential, decoder: decoder.sequential)
  }
}

extension ImageLayers {
  /// The convolutions of `conv-ae` and `conv-vae`, without what makes a code of them.
  static func convolutionalEncoder(_ settings: ConvolutionalSettings) throws(Failure) -> ImageLayers {
    var encoder = ImageLayers("encoder", input: settings.image, settings: settings)
    for (index, channels) in settings.channels.enumerated() {
      if index > 0 { try encoder.pool("pool\(index)") }
      try encoder.convolve("conv\(index + 1)", channels: channels)
    }
    return encoder
  }

  /// The decoder of `conv-ae` and `conv-vae`.
  ///
  /// - Parameter innermost: what the encoder's last convolution gives.
  static func convolutionalDecoder(_ settings: ConvolutionalSettings, innermost: ImageShape) throws(Failure)
    -> ImageLayers
  {
    var decoder = ImageLayers("decoder", input: innermost, settings: settings)
    try decoder.decode("dense1", latent: settings.latent)
    let widths = settings.channels.dropLast().reversed()
    for (index, channels) in widths.enumerated() {
      try decoder.convolveTransposed("deconv\(index + 1)", channels: channels, stride: 2)
    }
    try decoder.convolveTransposed("deconv\(widths.count + 1)", channels: 1, activation: .identity)
    return decoder
  }
}
