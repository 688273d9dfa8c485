import Diagnostics
import NeuralNet
import TensorCore
import TestSupport
import Testing

// image_layers.safetensors: what PyTorch computes for layers on images; image_layers_keras: Keras on the same inputs.

/// The sizes in a fixture's name, such as `5x7x3.2.2`: an image's shape, and the numbers after it.
private struct ImageCase: CustomTestStringConvertible {
  let kind: String
  let testDescription: String
  let shape: ImageShape
  let numbers: [Int]

  /// All cases of a layer.
  static func all(_ kind: String) throws -> [ImageCase] {
    let names = try Fixture("image_layers").names(under: "\(kind).").filter {
      $0.hasSuffix(".input") && !$0.hasPrefix("extremes")
    }
    return names.map { name in
      let parts = name.split(separator: ".").dropLast()
      let sides = parts[0].split(separator: "x").map { Int($0)! }
      return ImageCase(
        kind: kind, testDescription: parts.joined(separator: "."),
        shape: ImageShape(height: sides[0], width: sides[1], channels: sides[2]),
        numbers: parts.dropFirst().map { Int($0)! })
    }
  }

  /// Runs a layer on the case's input and compares with both libraries.
  func expectAgreement(of layer: some Layer, outputShape: ImageShape) throws {
    let (torch, keras) = (try Fixture("image_layers"), try Fixture("image_layers_keras"))
    func images(_ fixture: Fixture, _ name: String, _ shape: ImageShape) throws -> [Float] {
      shape.channelsLastReference(
        try fixture.floats("\(kind).\(testDescription).\(name)"), rows: rows)
    }
    let rows = try torch.shape("\(kind).\(testDescription).input")[0]
    let result = run(
      layer, input: try images(torch, "input", shape),
      outputGradient: try images(torch, "outputGradient", outputShape), rows: rows)
    try expectClose("output", result.output, images(torch, "output", outputShape), tolerance: 1e-6)
    try expectClose("Keras's output", result.output, images(keras, "output", outputShape), tolerance: 1e-6)
    try expectClose(
      "inputGradient", result.inputGradient, images(torch, "inputGradient", shape), tolerance: 1e-6)
  }
}

@Test func maximumPoolingIsPyTorchsAndKerass() throws {
  for example in try ImageCase.all("maxpool") {
    let layer = try MaxPool2D(
      "pool", input: example.shape, size: example.numbers[0], stride: example.numbers[1])
    try example.expectAgreement(of: layer, outputShape: layer.outputShape)
  }
}

@Test func averagePoolingIsPyTorchsAndKerass() throws {
  for example in try ImageCase.all("averagepool") {
    let layer = try AveragePool2D(
      "pool", input: example.shape, size: example.numbers[0], stride: example.numbers[1])
    try example.expectAgreement(of: layer, outputShape: layer.outputShape)
  }
}

@Test func upsamplingIsPyTorchsAndKerass() throws {
  for example in try ImageCase.all("upsample") {
    let layer = try Upsample2D("upsample", input: example.shape, factor: example.numbers[0])
    try example.expectAgreement(of: layer, outputShape: layer.outputShape)
  }
}

/// Windows with one NaN, two of them, and infinities only.
@Test func maximumPoolingPassesOnExtremesAsPyTorch() throws {
  let fixture = try Fixture("image_layers")
  let shape = ImageShape(height: 6, width: 6, channels: 2)
  let layer = try MaxPool2D("pool", input: shape)
  func images(_ name: String, _ shape: ImageShape) throws -> [Float] {
    shape.channelsLastReference(try fixture.floats("maxpool.extremes.\(name)"), rows: 1)
  }
  let result = run(
    layer, input: try images("input", shape),
    outputGradient: try images("outputGradient", layer.outputShape), rows: 1)
  let expected = try images("output", layer.outputShape)
  #expect(expected.contains { $0.isNaN } && expected.contains(-.infinity))
  for (value, other) in zip(result.output, expected) { #expect(value == other || value.isNaN && other.isNaN) }
  #expect(result.inputGradient == (try images("inputGradient", shape)))
}

/// The layers that only move numbers, as Sequential runs them.
@Test func flattenAndReshapeAreInverse() {
  let shape = ImageShape(height: 7, width: 5, channels: 12)
  let images = randomFloats(2 * shape.count, seed: 1)
  let gradient = randomFloats(2 * shape.count, seed: 2)
  let flat = run(Flatten(input: shape), input: images, outputGradient: gradient, rows: 2)
  #expect(flat.output == shape.channelsFirstReference(images, rows: 2))
  #expect(flat.inputGradient == shape.channelsLastReference(gradient, rows: 2))
  let back = run(Reshape(output: shape), input: flat.output, outputGradient: flat.inputGradient, rows: 2)
  #expect(back.output == images && back.inputGradient == gradient)
}

// MARK: - Sizes that don't fit

private func message(_ make: () throws -> some Layer) -> String {
  do {
    _ = try make()
    return "no failure"
  } catch {
    return (error as? Failure)?.message ?? "\(error)"
  }
}

@Test func morePoolingThanPixelsFailsWithTheLayersNameAndSizes() {
  let small = ImageShape(height: 2, width: 3, channels: 4)
  let expected = "encoder.pool3: a window of 3x3 does not fit into an image of 2x3 pixels"
  #expect(message { try MaxPool2D("encoder.pool3", input: small, size: 3) } == expected)
  #expect(message { try AveragePool2D("encoder.pool3", input: small, size: 3, stride: 1) } == expected)
  #expect(
    message { try MaxPool2D("p", input: ImageShape(height: 28, width: 28, channels: 1), size: 17) }
      == "p: its windows of 17x17 pixels are too large for maximum pooling")
  #expect(message { try MaxPool2D("p", input: small, stride: 0) } == "p: its stride can't be 0")
  #expect(message { try AveragePool2D("p", input: small, size: 0) } == "p: its window size can't be 0")
  #expect(message { try Upsample2D("u", input: small, factor: -1) } == "u: its factor can't be -1")
}
