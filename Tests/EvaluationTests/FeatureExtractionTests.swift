import Collectives
import Diagnostics
import Evaluation
import ImageData
import NeuralNet
import TensorCore
import TestSupport
import Testing

private var group: ProcessGroup { .single() }

private func values(_ matrix: FeatureMatrix?) -> [Float] {
  matrix?.values.array ?? []
}

private func extract(
  _ images: ImageDataset, by network: any FeatureNetwork, shards: Int = 4, team: ThreadTeam = singleThread
) throws -> ImageFeatures {
  try #require(
    try extractFeatures(
      of: images, by: network, name: "real images", group: group, team: team))
}

@Suite struct FeatureExtractionTests {
  /// 237 images are three chunks, the last of them ragged.
  @Test func featuresOfASetAreThoseOfItsImages() throws {
    let images = try syntheticImages(237)
    let network = RowSumNetwork()
    let expected = compute(RowSumNetwork(capacity: 237), pixels(of: images), rows: 237)
    for (shards, threads) in [(1, 1), (4, 1), (16, 2)] {
      let result = try extract(images, by: network, shards: shards, team: ThreadTeam(count: threads))
      #expect(result.features.count == 237 && result.features.dimension == 28)
      #expect(result.features.name == "real images")
      expectSameBits("features", values(result.features), expected.features)
      expectSameBits("probabilities", values(result.probabilities), expected.probabilities)
    }
    #expect(network.calls == 9)
  }

  @Test func aNetworkThatTakesFewerImagesIsFedInParts() throws {
    let images = try syntheticImages(137)
    let expected = try extract(images, by: RowSumNetwork())
    let small = RowSumNetwork(capacity: 30)
    let result = try extract(images, by: small)
    #expect(small.calls == 4 + 2)
    expectSameBits("features", values(result.features), values(expected.features))
    expectSameBits("probabilities", values(result.probabilities), values(expected.probabilities))
  }

  @Test func aNetworkWithoutClassesGivesFeaturesOnly() throws {
    let images = try syntheticImages(120)
    let result = try extract(images, by: RowSumNetwork(classes: nil))
    #expect(result.probabilities == nil)
    expectSameBits(
      "features", values(result.features), values(try extract(images, by: RowSumNetwork()).features))
  }

  @Test func floatsAreRoundedToBytes() throws {
    let images = try syntheticImages(111, isFloat: true)
    var rounded = pixels(of: images)
    expectDifferentBits("pixels", rounded, rounded.map { ($0 * 255).rounded(.toNearestOrEven) / 255 })
    rounded.withUnsafeMutableBufferPointer { roundToBytes($0.baseAddress!, count: $0.count) }
    expectSameBits(
      "features", values(try extract(images, by: RowSumNetwork()).features),
      compute(RowSumNetwork(capacity: 110), rounded, rows: 110).features)
  }

  @Test func featuresOfGeneratedImagesAreThoseOfTheSamplesWritten() throws {
    let model = try Autoencoder.convolutional(
      ConvolutionalSettings(channels: [4, 4], latent: 3, latentActivation: .identity))
    model.initialize(seed: 3)
    model.allocate(rows: EvaluationChunks.size)
    let count = 123
    var samples = generateImages(
      count: count, from: GenerativeModel(generator: model, prior: nil), seed: 11, shards: 4, group: group,
      team: singleThread)
    samples.withUnsafeMutableBufferPointer { roundToBytes($0.baseAddress!, count: $0.count) }
    let expected = compute(RowSumNetwork(capacity: count), samples, rows: count)
    for threads in [1, 2] {
      let result = try #require(
        try extractFeatures(
          ofGenerated: count, height: 28, width: 28, from: GenerativeModel(generator: model, prior: nil),
          seed: 11, by: RowSumNetwork(), group: group,
          team: ThreadTeam(count: threads)))
      expectSameBits("features", values(result.features), expected.features)
      #expect(result.features.name == "generated images")
    }
  }

  @Test func whatIsNoNumberIsRefusedWithItsImage() throws {
    expectBadData("feature 3 of image 104 of the generated images is nan") {
      try extractFeatures(
        count: 120, height: 28, width: 28, by: RowSumNetwork(classes: nil), name: "generated images",
        group: group, team: singleThread
      ) { range, pixels in
        pixels.update(repeating: 0.5, count: range.count * 784)
        if range.contains(104) { pixels[(104 - range.lowerBound) * 784 + 3 * 28] = .nan }
      }
    }
    expectBadData("not 32") {
      try extractFeatures(
        count: 1, height: 32, width: 28, by: RowSumNetwork(), name: "images", group: group,
        team: singleThread
      ) { _, _ in }
    }
  }
}
