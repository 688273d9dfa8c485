import Diagnostics
import TensorCore

extension GenerativeAdversarialNetwork {
  /// `dcgan`: 4x4 kernels of stride 2, batch normalization but at the image's end, ReLU in the generator and leaky ReLU
  /// 0.2 in the discriminator; weights from N(0, 0.02), the normalisation's from N(1, 0.02).
  ///
  /// With channels 64, 128 and 28x28 pixels: generator latent - dense 6272 as 128x7x7 - 64x14x14 - 1x28x28, tanh;
  /// discriminator 1x28x28 - 64x14x14 - 128x7x7 - 1.
  ///
  /// Source: Radford, Metz and Chintala, "Unsupervised representation learning with deep convolutional generative
  /// adversarial networks", 2016.
  ///
  /// - Parameters:
  ///   - channels: of the discriminator's convolutions, from the image inwards, each of which halves it.
  ///   - activation: of the discriminator.
  ///   - recipe: what is other than published.
  /// - Throws: a usage failure that names the layer which images of that size don't fit.
  public static func convolutional(
    height: Int, width: Int, latent: Int, channels: [Int], activation: Activation = .leakyReLU,
    scope: BatchNormScope, recipe: AdversarialRecipe = AdversarialRecipe(norm: .batch),
    conventions: Conventions
  ) throws(Failure) -> GenerativeAdversarialNetwork {
    precondition(!channels.isEmpty)
    try requirePositive("generator.dense1", "input", latent)
    let factor = 1 << channels.count
    guard height % factor == 0 && width % factor == 0 else {
      throw Failure(
        .usage,
        "discriminator.conv\(channels.count): \(height)x\(width) pixels can't be halved \(channels.count) times",
        help: "use images that can be divided more often, or fewer convolutions in --channels")
    }
    for (index, count) in channels.enumerated() {
      try requirePositive("discriminator.conv\(index + 1)", "channels", count)
    }
    let builder = Builder(activation: activation, scope: scope, recipe: recipe, conventions: conventions)
    let image = ImageShape(height: height, width: width, channels: 1)
    return GenerativeAdversarialNetwork(
      generator: try builder.generator(of: image, latent: latent, channels: channels),
      discriminator: try builder.discriminator(of: image, channels: channels), classes: recipe.classes)
  }
}

/// What the layers of both networks have in common.
private struct Builder {
  let activation: Activation
  let scope: BatchNormScope
  let recipe: AdversarialRecipe
  let conventions: Conventions
  private var weights: Initializer { .normal(mean: 0, deviation: 0.02) }

  func generator(of image: ImageShape, latent: Int, channels: [Int]) throws(Failure) -> Sequential {
    let factor = 1 << channels.count
    var shape = ImageShape(
      height: image.height / factor, width: image.width / factor, channels: channels.last!)
    var layers: [any Layer] = [
      Dense(
        "generator.dense1", inputs: latent + (recipe.classes ?? 0), outputs: shape.count,
        activation: .identity, hasBias: false, weightInitializer: weights, conventions: conventions),
      Reshape(output: shape),
      try normalization("generator.norm1", shape, .relu),
    ]
    for (index, count) in (channels.dropLast().reversed() + [image.channels]).enumerated() {
      let isLast = index == channels.count - 1
      let layer = try TransposedConvolution2D(
        "generator.deconv\(index + 1)", input: shape, channels: count, kernel: 4, stride: 2,
        padding: .symmetric(1), activation: isLast ? .tanh : .identity, hasBias: isLast,
        weightInitializer: weights, conventions: conventions)
      layers.append(layer)
      shape = layer.outputShape
      if !isLast { layers.append(try normalization("generator.norm\(index + 2)", shape, .relu)) }
    }
    return Sequential(layers)
  }

  func discriminator(of image: ImageShape, channels: [Int]) throws(Failure) -> Sequential {
    var shape = image
    var layers: [any Layer] = []
    for (index, count) in channels.enumerated() {
      let isNormalized = index > 0 && recipe.norm == .batch
      let layer = try Convolution2D(
        "discriminator.conv\(index + 1)", input: shape, channels: count, kernel: 4, stride: 2,
        padding: .symmetric(1), activation: isNormalized ? .identity : activation, hasBias: !isNormalized,
        weightInitializer: weights, isSpectrallyNormalized: recipe.norm == .spectral, conventions: conventions
      )
      layers.append(layer)
      shape = layer.outputShape
      if isNormalized { layers.append(try normalization("discriminator.norm\(index)", shape, activation)) }
    }
    if recipe.hasMinibatchStandardDeviation {
      let layer = MinibatchStandardDeviation(input: shape)
      layers.append(layer)
      shape = layer.outputShape
    }
    layers += [
      Flatten(input: shape),
      GenerativeAdversarialNetwork.lastLayer(
        "discriminator.dense1", inputs: shape.count, classes: recipe.classes, weightInitializer: weights,
        isSpectrallyNormalized: recipe.norm == .spectral, conventions: conventions),
    ]
    return Sequential(layers)
  }

  private func normalization(_ name: String, _ shape: ImageShape, _ activation: Activation) throws(Failure)
    -> BatchNorm2D
  {
    try BatchNorm2D(
      name, input: shape, scope: scope, activation: activation,
      weightInitializer: .normal(mean: 1, deviation: 0.02), conventions: conventions)
  }
}
