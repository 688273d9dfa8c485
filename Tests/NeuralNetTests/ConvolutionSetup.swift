import Diagnostics
import NeuralNet
import TensorCore
import TestSupport
import Testing

/// Everything a convolution layer or a transposed one is made of, to build it and its reference from.
struct ConvolutionSetup: CustomTestStringConvertible, Sendable {
  var isTransposed = false
  var input: ImageShape
  var channels: Int
  var kernel: Int
  var stride = 1
  var padding = Padding.same
  var outputPadding = 0
  var activation = Activation.identity
  var hasBias = true

  init(
    transposed isTransposed: Bool = false, _ height: Int, _ width: Int, _ inputs: Int, _ channels: Int,
    kernel: Int, stride: Int = 1, padding: Padding = .same, outputPadding: Int = 0,
    activation: Activation = .identity, hasBias: Bool = true
  ) {
    self.isTransposed = isTransposed
    input = ImageShape(height: height, width: width, channels: inputs)
    self.channels = channels
    self.kernel = kernel
    self.stride = stride
    self.padding = padding
    self.outputPadding = outputPadding
    self.activation = activation
    self.hasBias = hasBias
  }

  var testDescription: String {
    "\(isTransposed ? "transposed" : "convolution") \(input)-\(channels) kernel \(kernel) stride \(stride) "
      + "\(padding) +\(outputPadding) \(activation.rawValue)\(hasBias ? "" : " no bias")"
  }

  func makeLayer(conventions: Conventions = .torch) throws(Failure) -> any Layer {
    if isTransposed {
      return try TransposedConvolution2D(
        "layer", input: input, channels: channels, kernel: kernel, stride: stride, padding: padding,
        outputPadding: outputPadding, activation: activation, hasBias: hasBias, conventions: conventions)
    }
    return try Convolution2D(
      "layer", input: input, channels: channels, kernel: kernel, stride: stride, padding: padding,
      activation: activation, hasBias: hasBias, conventions: conventions)
  }

  /// The geometry, worked out apart from the layers: PyTorch's documented formulas, and TensorFlow's for `same`.
  var geometry: ConvolutionGeometry {
    let output = ImageShape(
      height: outputSide(input.height), width: outputSide(input.width), channels: channels)
    let fine = isTransposed ? output : input
    return ConvolutionGeometry(
      fine: fine, coarse: isTransposed ? input : output, kernelHeight: kernel, kernelWidth: kernel,
      stride: stride, paddingTop: pixelsBefore(fine.height), paddingLeft: pixelsBefore(fine.width))
  }

  private func outputSide(_ side: Int) -> Int {
    switch (padding, isTransposed) {
    case (.same, false): Int((Double(side) / Double(stride)).rounded(.up))
    case (.same, true): side * stride
    case (.symmetric(let pixels), false): (side + 2 * pixels - kernel) / stride + 1
    case (.symmetric(let pixels), true): (side - 1) * stride - 2 * pixels + kernel + outputPadding
    }
  }

  private func pixelsBefore(_ fineSide: Int) -> Int {
    switch padding {
    case .same:
      // As in TensorFlow's documentation of `tf.nn.convolution`.
      fineSide % stride == 0 ? max(kernel - stride, 0) / 2 : max(kernel - fineSide % stride, 0) / 2
    case .symmetric(let pixels): pixels
    }
  }

  /// What values may be off by, relative to the largest: F(4x4, 3x3) may serve such shapes.
  var tolerance: Double {
    kernel == 3 && stride == 1 && input.channels % 8 == 0 && channels % 8 == 0 ? 1e-4 : 1e-5
  }
}

extension ConvolutionSetup {
  func randomInput(_ rows: Int) -> [Float] { randomFloats(rows * input.count, seed: 21) }

  func randomOutputGradient(_ rows: Int) -> [Float] {
    randomFloats(rows * outputSide(input.height) * outputSide(input.width) * channels, seed: 22)
  }
}
