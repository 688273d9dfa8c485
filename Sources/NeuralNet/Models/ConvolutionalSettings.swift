import TensorCore

/// What a convolutional autoencoder is built from. All convolutions are 3x3 with `same` padding.
public struct ConvolutionalSettings: Sendable {
  public var height: Int
  public var width: Int
  /// Channels of the encoder's convolutions, from the image inwards; the decoder mirrors them.
  public var channels: [Int]
  public var latent: Int
  /// After each hidden layer.
  public var activation: Activation
  /// After the layer that makes the code.
  public var latentActivation: Activation
  public var conventions: Conventions

  /// - Precondition: there is a convolution.
  public init(
    height: Int = 28, width: Int = 28, channels: [Int], latent: Int, activation: Activation = .relu,
    latentActivation: Activation, conventions: Conventions = .keras
  ) {
    precondition(!channels.isEmpty)
    self.height = height
    self.width = width
    self.channels = channels
    self.latent = latent
    self.activation = activation
    self.latentActivation = latentActivation
    self.conventions = conventions
  }

  /// A grey image, as the models take and give it.
  var image: ImageShape { ImageShape(height: height, width: width, channels: 1) }
}
