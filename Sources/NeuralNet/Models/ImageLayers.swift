import Diagnostics
import TensorCore

/// The layers of an encoder or decoder while it is put together: each takes the image that the one before gives.
struct ImageLayers {
  private let name: String
  private let activation: Activation
  private let conventions: Conventions
  private var layers: [any Layer] = []
  /// What the last layer gives.
  private(set) var shape: ImageShape

  /// - Parameters:
  ///   - name: `encoder` or `decoder`, before the layers' own names.
  ///   - input: what the first layer takes.
  init(_ name: String, input: ImageShape, settings: ConvolutionalSettings) {
    self.name = name
    shape = input
    activation = settings.activation
    conventions = settings.conventions
  }

  var sequential: Sequential { Sequential(layers) }

  /// - Throws: a usage failure where the stride does not divide the sides: the decoder could not give them back.
  mutating func convolve(_ layer: String, channels: Int, stride: Int = 1, activation: Activation? = nil)
    throws(Failure)
  {
    let name = "\(name).\(layer)"
    if stride > 1 { try requireDivisible(name, by: stride) }
    let convolution = try Convolution2D(
      name, input: shape, channels: channels, stride: stride, activation: activation ?? self.activation,
      conventions: conventions)
    shape = convolution.outputShape
    layers.append(convolution)
  }

  mutating func convolveTransposed(
    _ layer: String, channels: Int, stride: Int = 1, activation: Activation? = nil
  ) throws(Failure) {
    let convolution = try TransposedConvolution2D(
      "\(name).\(layer)", input: shape, channels: channels, stride: stride,
      activation: activation ?? self.activation, conventions: conventions)
    shape = convolution.outputShape
    layers.append(convolution)
  }

  /// Halves both sides; throws a usage failure where 2 does not divide them.
  mutating func pool(_ layer: String) throws(Failure) {
    try requireDivisible("\(name).\(layer)", by: 2)
    layers.append(try MaxPool2D("\(name).\(layer)", input: shape, size: 2))
    shape = ImageShape(height: shape.height / 2, width: shape.width / 2, channels: shape.channels)
  }

  /// Doubles both sides by repeating pixels.
  mutating func upsample(_ layer: String) throws(Failure) {
    layers.append(try Upsample2D("\(name).\(layer)", input: shape, factor: 2))
    shape = ImageShape(height: shape.height * 2, width: shape.width * 2, channels: shape.channels)
  }

  /// From an image to a row, whose channels come one after another.
  mutating func flatten() {
    layers.append(Flatten(input: shape))
  }

  /// From an image to a code.
  mutating func encode(_ layer: String, latent: Int, activation: Activation) throws(Failure) {
    try requirePositive("\(name).\(layer)", "width", latent)
    flatten()
    layers.append(
      Dense(
        "\(name).\(layer)", inputs: shape.count, outputs: latent, activation: activation,
        conventions: conventions))
  }

  /// From a code to the image that the next layer takes, which is `shape`.
  mutating func decode(_ layer: String, latent: Int) throws(Failure) {
    try requirePositive("\(name).\(layer)", "input", latent)
    layers.append(
      Dense(
        "\(name).\(layer)", inputs: latent, outputs: shape.count, activation: activation,
        conventions: conventions))
    layers.append(Reshape(output: shape))
  }

  private func requireDivisible(_ layer: String, by stride: Int) throws(Failure) {
    guard shape.height % stride != 0 || shape.width % stride != 0 else { return }
    throw Failure(
      .usage, "\(layer): \(shape.height)x\(shape.width) pixels can't be divided by \(stride)",
      help: "use images that can be divided more often, or fewer convolutions in --channels")
  }
}
