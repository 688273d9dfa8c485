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
      encoder: try chain("encoder", widths: [pixels] + hidden + [latent], last: latentActivation),
      decoder: try chain("decoder", widths: [latent] + hidden.reversed() + [pixels], last: .identity))
  }

  private func chain(_ name: String, widths: [Int], last: Activation) throws(Failure) -> Sequential {
    for layer in 1..<widths.count { try requirePositive("\(name).dense\(layer)", "width", widths[layer]) }
    return Sequential(
      (1..<widths.count).map { layer in
        Dense(
          "\(name).dense\(layer)", inputs: widths[layer - 1], outputs: widths[layer],
          activation: layer == widths.count - 1 ? last : activation, conventions: conventions)
      })
  }
}
