import NeuralNet

extension RunConfiguration {
  /// The model that this configuration describes, with memory for its parameters but not yet for rows.
  public func makeAutoencoder(pixels: Int) -> Autoencoder {
    switch model {
    case .denseAutoencoder:
      DenseAutoencoder(
        pixels: pixels, hidden: hidden, latent: latent, activation: activation,
        latentActivation: latentActivation, conventions: conventions
      ).build()
    }
  }
}
