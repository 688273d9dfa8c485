import NeuralNet
import TensorCore
import TestSupport
import Testing

/// A convolution that PyTorch or Keras computed, with all images turned to channels last.
struct ConvolutionFixture: CustomTestStringConvertible, Sendable {
  let name: String
  let setup: ConvolutionSetup
  let rows: Int
  let outputShape: ImageShape
  let input, weight, bias, output: [Float]
  let outputGradient, inputGradient, weightGradient, biasGradient: [Float]

  var testDescription: String { name }

  /// Every case of `convolutions_torch` (symmetric padding), then of `convolutions_keras` (`same`).
  static let all = (try? load("torch") + load("keras")) ?? []

  private static func load(_ library: String) throws -> [ConvolutionFixture] {
    let fixture = try Fixture("convolutions_\(library)")
    return try ["convolution", "transposed"].flatMap { kind in
      try fixture.names(under: "\(kind).").filter { $0.hasSuffix(".sizes") }.map {
        try ConvolutionFixture(fixture, "\(kind).\($0.dropLast(".sizes".count))", isSame: library == "keras")
      }
    }
  }

  private init(_ fixture: Fixture, _ name: String, isSame: Bool) throws {
    self.name = name
    let sizes = try fixture.bytes("\(name).sizes").map(Int.init)
    let tensors = Set(fixture.names(under: "\(name)."))
    let hasBias = tensors.contains("bias")
    setup = ConvolutionSetup(
      transposed: name.hasPrefix("transposed"), sizes[4], sizes[5], sizes[6], sizes[7], kernel: sizes[0],
      stride: sizes[1], padding: isSame ? .same : .symmetric(sizes[2]), outputPadding: sizes[3],
      activation: Activation(rawValue: String(name.split(separator: ".").last!))!, hasBias: hasBias)
    rows = sizes[8]

    func image(_ tensor: String) throws -> (shape: ImageShape, values: [Float]) {
      let shape = try fixture.shape("\(name).\(tensor)")
      let image = ImageShape(height: shape[2], width: shape[3], channels: shape[1])
      return (image, channelsLast(try fixture.floats("\(name).\(tensor)"), image))
    }
    input = try image("input").values
    inputGradient = try image("inputGradient").values
    (outputShape, output) = try image("output")
    outputGradient = try image("outputGradient").values
    weight = try fixture.floats("\(name).weight")
    weightGradient = try fixture.floats("\(name).weightGradient")
    bias = hasBias ? try fixture.floats("\(name).bias") : []
    biasGradient = hasBias ? try fixture.floats("\(name).biasGradient") : []
  }
}

/// Rows of images from PyTorch's order, channels first, to ours.
func channelsLast(_ values: [Float], _ shape: ImageShape) -> [Float] {
  (0..<values.count).map { index in
    let (row, rest) = index.quotientAndRemainder(dividingBy: shape.count)
    let (pixel, channel) = rest.quotientAndRemainder(dividingBy: shape.channels)
    return values[row * shape.count + channel * shape.pixelCount + pixel]
  }
}
