import Diagnostics
import NeuralNet
import TensorCore
import TestSupport
import Testing

@Suite struct GenerativeAdversarialNetworkTests {
  private func convolutional(_ side: Int = 28, channels: [Int] = [64, 128]) throws
    -> GenerativeAdversarialNetwork
  {
    try .convolutional(
      height: side, width: side, latent: 100, channels: channels, scope: .global, conventions: .torch)
  }

  @Test func theDenseModelIsThePublishedOne() throws {
    let model = try GenerativeAdversarialNetwork.dense(
      pixels: 784, latent: 100, hidden: [256, 512], conventions: .torch)
    #expect(
      model.parameters.filter { $0.name.hasSuffix("weight") }.map { "\($0.name) \($0.shape)" } == [
        "generator.dense1.weight [256, 100]", "generator.dense2.weight [512, 256]",
        "generator.dense3.weight [784, 512]", "discriminator.dense1.weight [512, 784]",
        "discriminator.dense2.weight [256, 512]", "discriminator.dense3.weight [1, 256]",
      ])
    #expect(model.parameters.count == 12 && model.runningTensors.isEmpty)
  }

  @Test func theConvolutionalModelIsThePublishedOne() throws {
    let model = try convolutional()
    #expect(
      model.generatorArena.parameters.map { "\($0.name) \($0.shape)" } == [
        "generator.dense1.weight [6272, 100]", "generator.norm1.weight [128]", "generator.norm1.bias [128]",
        "generator.deconv1.weight [128, 64, 4, 4]", "generator.norm2.weight [64]",
        "generator.norm2.bias [64]",
        "generator.deconv2.weight [64, 1, 4, 4]", "generator.deconv2.bias [1]",
      ])
    #expect(
      model.discriminatorArena.parameters.map { "\($0.name) \($0.shape)" } == [
        "discriminator.conv1.weight [64, 1, 4, 4]", "discriminator.conv1.bias [64]",
        "discriminator.conv2.weight [128, 64, 4, 4]", "discriminator.norm1.weight [128]",
        "discriminator.norm1.bias [128]", "discriminator.dense1.weight [1, 6272]",
        "discriminator.dense1.bias [1]",
      ])
    #expect(model.runningTensors.filter { !$0.shape.isEmpty }.count == 6)
  }

  /// Weights from N(0, 0.02), gains from N(1, 0.02), no two tensors the same numbers.
  @Test func theConvolutionalModelStartsAsPublished() throws {
    let model = try convolutional()
    model.initialize(seed: 3)
    var firsts: Set<Float> = []
    for parameter in model.parameters where parameter.name.hasSuffix("weight") {
      let values = UnsafeBufferPointer(start: parameter.values, count: parameter.count).map(Double.init)
      let mean = values.reduce(0, +) / Double(values.count)
      let deviation =
        (values.reduce(0) { $0 + ($1 - mean) * ($1 - mean) } / Double(values.count)).squareRoot()
      // Five standard errors.
      let error = 5 * 0.02 / Double(values.count).squareRoot()
      #expect(abs(mean - (parameter.name.contains("norm") ? 1 : 0)) < error, "\(parameter.name)")
      #expect(abs(deviation - 0.02) < error, "\(parameter.name)")
      #expect(firsts.insert(parameter.values[0]).inserted, "\(parameter.name)")
    }
  }

  @Test func channelsHalveTheImageOnceEach() throws {
    for (side, channels) in [(8, [4, 8]), (12, [6]), (32, [8, 8, 8])] {
      let model = try convolutional(side, channels: channels)
      #expect(model.pixelCount == side * side && model.discriminator.outputCount == 1)
      model.initialize(seed: 1)
      let trainable: any TrainableModel = model
      trainable.allocate(rows: 3)
      let codes = AlignedBuffer(randomFloats(3 * model.latentDimension, seed: 2))
      let images = model.generate(codes: codes.pointer, pass: Pass(rowCount: 3, team: singleThread))
      let pixels = UnsafeBufferPointer(start: images, count: 3 * model.pixelCount)
      #expect(pixels.allSatisfy { (0...1).contains($0) } && Set(pixels).count > side)
    }
    let failure = #expect(throws: Failure.self) { try convolutional(30) }
    #expect(failure?.code == .usage)
    #expect(failure?.message == "discriminator.conv2: 30x30 pixels can't be halved 2 times")
  }

  @Test func widthsOfZeroAreRefused() {
    for (channels, name) in [([0, 8], "discriminator.conv1"), ([8, 0], "discriminator.conv2")] {
      let failure = #expect(throws: Failure.self) { try convolutional(channels: channels) }
      #expect(failure?.code == .usage && failure?.message.hasPrefix(name) == true)
    }
    let failure = #expect(throws: Failure.self) {
      try GenerativeAdversarialNetwork.dense(pixels: 4, latent: 0, hidden: [], conventions: .torch)
    }
    #expect(failure?.code == .usage && failure?.message.hasPrefix("generator.dense1") == true)
  }
}
