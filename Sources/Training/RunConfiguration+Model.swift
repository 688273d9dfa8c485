import Diagnostics
import NeuralNet
import TensorCore

extension RunConfiguration {
  /// The model that this configuration describes, with memory for its parameters but not yet for rows.
  ///
  /// - Throws: a usage failure that names the layer which images of that size don't fit.
  public func makeAutoencoder(height: Int, width: Int) throws(Failure) -> Autoencoder {
    switch model {
    case .denseAutoencoder:
      try DenseAutoencoder(
        pixels: height * width, hidden: hidden!, latent: latent, activation: activation,
        latentActivation: latentActivation, conventions: conventions
      ).build()
    case .convolutionalAutoencoder: try .convolutional(convolutionalSettings(height: height, width: width))
    case .baselineAutoencoder: try .baseline(convolutionalSettings(height: height, width: width))
    case .modifiedAutoencoder: try .modified(convolutionalSettings(height: height, width: width))
    }
  }

  private func convolutionalSettings(height: Int, width: Int) -> ConvolutionalSettings {
    ConvolutionalSettings(
      height: height, width: width, channels: channels!, latent: latent, activation: activation,
      latentActivation: latentActivation, conventions: conventions)
  }

  /// The loss for images of that size; throws where they are too small for its windows.
  public func makeObjective(height: Int, width: Int) throws(Failure) -> ReconstructionObjective {
    let least = SimilarityKernel.windowSize
    guard !loss.usesWindows || min(height, width) >= least else {
      throw Failure(
        .usage,
        "--loss \(loss.rawValue) compares windows of \(least)x\(least) pixels, but the images have "
          + "\(height)x\(width)",
        help: "choose --loss bce, mse or l1, or larger images")
    }
    return ReconstructionObjective(
      loss, height: height, width: width, mixAlpha: mixAlpha ?? ReconstructionObjective.defaultMixAlpha)
  }
}
