import Diagnostics
import TensorCore

/// `dense-ae`: 784-128-64-32-64-128-784 by default, ReLU throughout (the code too), sigmoid output.
public struct DenseAutoencoder {
  public var pixels: Int
  /// Widths of the encoder's hidden layers; the decoder mirrors them.
  public var hidden: [Int]
  public var latent: Int
  public var activation: Activation
  public var latentActivation: Activation
  public var conventions: Conventions

  public init(
    pixels: Int = 784, hidden: [Int] = [128, 64], latent: Int = 32, activation: Activation = .relu,
    latentActivation: Activation = .relu, conventions: Conventions = .keras
  ) {
    self.pixels = pixels
    self.hidden = hidden
    self.latent = latent
    self.activation = activation
    self.latentActivation = latentActivation
    self.conventions = conventions
  }

  /// - Throws: a usage failure that names the layer whose width is 0.
  public func build() throws(Failure) -> Autoencoder {
    Autoencoder(
      encoder: try .dense(
        "encoder", widths: [pixels] + hidden + [latent], activation: activation, last: latentActivation,
        conventions: conventions),
      decoder: try .dense(
        "decoder", widths: [latent] + hidden.reversed() + [pixels], activation: activation, last: .identity,
        conventions: conventions))
  }
}
