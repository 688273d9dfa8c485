import Diagnostics
import ImageData
import NeuralNet
import TensorCore

extension RunConfiguration {
  /// What the run learns from `train`.
  ///
  /// - Throws: a failure where the model, the loss or the labels don't fit the images.
  func makeTask(train: ImageDataset) throws -> any TrainingTask {
    try makeTask(height: train.height, width: train.width, train: train)
  }

  /// What the run learnt, for scores on images of that size.
  func makeTask(height: Int, width: Int) throws -> any TrainingTask {
    try makeTask(height: height, width: width, train: nil)
  }

  private func makeTask(height: Int, width: Int, train: ImageDataset?) throws -> any TrainingTask {
    guard shift ?? 0 < min(height, width) else {
      throw Failure(
        .usage, "--shift \(shift!) could move all of an image of \(height)x\(width) pixels away",
        help: "give a number that clothes could be moved by, such as 1 or 2")
    }
    return switch model.kind {
    case .autoencoder: try ReconstructionTask(self, height: height, width: width)
    case .variationalAutoencoder: try VariationalTask(self, height: height, width: width)
    case .adversarial: try AdversarialTask(self, height: height, width: width, train: train)
    case .classifier: try ClassificationTask(self, height: height, width: width, train: train)
    }
  }

  /// What the labels of the training images are needed for; nil where they are not.
  public var labelUse: LabelUse? {
    model.needsLabels ? .classification : isConditional ? .conditionalGeneration : nil
  }

  /// The model that this configuration describes, with memory for its parameters but not yet for rows.
  ///
  /// - Throws: a usage failure that names the layer which images of that size don't fit.
  public func makeModel(height: Int, width: Int) throws(Failure) -> any TrainableModel {
    switch model.kind {
    case .autoencoder: try makeAutoencoder(height: height, width: width)
    case .variationalAutoencoder: try makeVariationalAutoencoder(height: height, width: width)
    case .adversarial: try makeAdversarialNetwork(height: height, width: width)
    case .classifier: try makeClassifier(height: height, width: width)
    }
  }

  /// `makeModel` for a classifier.
  ///
  /// - Precondition: the model is one.
  func makeClassifier(height: Int, width: Int) throws(Failure) -> ImageClassifier {
    try ImageClassifier(
      height: height, width: width, channels: channels!, hidden: hidden!, dropout: dropout!,
      activation: activation, conventions: conventions)
  }

  /// `makeModel` for an autoencoder.
  ///
  /// - Precondition: the model is one.
  func makeAutoencoder(height: Int, width: Int) throws(Failure) -> Autoencoder {
    switch model {
    case .denseAutoencoder:
      try DenseAutoencoder(
        pixels: height * width, hidden: hidden!, latent: latent!, activation: activation,
        latentActivation: latentActivation!, conventions: conventions
      ).build()
    case .convolutionalAutoencoder: try .convolutional(convolutionalSettings(height: height, width: width))
    case .baselineAutoencoder: try .baseline(convolutionalSettings(height: height, width: width))
    case .modifiedAutoencoder: try .modified(convolutionalSettings(height: height, width: width))
    case .variationalAutoencoder, .convolutionalVariationalAutoencoder, .gan, .convolutionalGAN, .classifier:
      preconditionFailure("\(model.rawValue) is no plain autoencoder")
    }
  }

  /// `makeModel` for a variational autoencoder.
  ///
  /// - Precondition: the model is one.
  func makeVariationalAutoencoder(height: Int, width: Int) throws(Failure) -> VariationalAutoencoder {
    if model == .convolutionalVariationalAutoencoder {
      return try .convolutional(
        ConvolutionalSettings(
          height: height, width: width, channels: channels!, latent: latent!, activation: activation,
          latentActivation: .identity, conventions: conventions), likelihood: likelihood!)
    }
    return try .dense(
      pixels: height * width, hidden: hidden!, latent: latent!, activation: activation,
      likelihood: likelihood!, conventions: conventions)
  }

  /// `makeModel` for a GAN.
  ///
  /// - Precondition: the model is one.
  func makeAdversarialNetwork(height: Int, width: Int) throws(Failure) -> GenerativeAdversarialNetwork {
    if model == .convolutionalGAN {
      return try .convolutional(
        height: height, width: width, latent: latent!, channels: channels!, activation: activation,
        scope: batchNormScope!, recipe: adversarialRecipe, conventions: conventions)
    }
    return try .dense(
      pixels: height * width, latent: latent!, hidden: hidden!, activation: activation,
      recipe: adversarialRecipe, conventions: conventions)
  }

  private var adversarialRecipe: AdversarialRecipe {
    AdversarialRecipe(
      norm: discriminatorNorm!, classes: isConditional ? ImageClassifier.classCount : nil,
      hasMinibatchStandardDeviation: hasMinibatchStandardDeviation)
  }

  private func convolutionalSettings(height: Int, width: Int) -> ConvolutionalSettings {
    ConvolutionalSettings(
      height: height, width: width, channels: channels!, latent: latent!, activation: activation,
      latentActivation: latentActivation!, conventions: conventions)
  }

  /// The loss of an autoencoder for images of that size; throws where they are too small for its windows.
  func makeObjective(height: Int, width: Int) throws(Failure) -> ReconstructionObjective {
    let loss = loss!
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
