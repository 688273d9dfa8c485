import Artifacts
import Diagnostics
import Evaluation
import NeuralNet
import TensorCore
import TestSupport
import Testing

/// A safetensors file of the classifier's parameters.
private func weightsFile(
  renaming old: String = "", to new: String = "", value: (Int, [Int]) -> [Float]
) throws -> SafeTensorsFile {
  let parameters = try ImageClassifier().arena.parameters
  let buffers = parameters.enumerated().map { AlignedBuffer(value($0.offset, $0.element.shape)) }
  return try withExtendedLifetime(buffers) {
    let tensors = zip(parameters, buffers).map { parameter, buffer in
      NamedTensor(
        name: parameter.name == old ? new : parameter.name,
        shape: buffer.count == parameter.count ? parameter.shape : [buffer.count],
        elements: UnsafeBufferPointer(buffer.elements))
    }
    return try SafeTensorsFile(parsing: SafeTensorsWriter(tensors).serialized(), path: "weights.safetensors")
  }
}

/// The network with the weights that the fixture was made with.
func formulaFashionCNN() throws -> FashionCNN {
  try FashionCNN(
    weights: weightsFile { formulaParameter(tensor: $0, shape: $1) }, digest: "formula")
}

/// What a network gives for images, called directly.
func compute(
  _ network: any FeatureNetwork, _ images: [Float], rows: Int, team: ThreadTeam = singleThread
) -> (features: [Float], probabilities: [Float]) {
  var features = [Float](repeating: .nan, count: rows * network.featureCount)
  var probabilities = [Float](repeating: .nan, count: rows * (network.classCount ?? 0))
  probabilities.withUnsafeMutableBufferPointer { probabilities in
    network.compute(
      images: images, features: &features,
      probabilities: network.classCount == nil ? nil : probabilities.baseAddress, rows: rows, team: team)
  }
  return (features, probabilities)
}

@Suite struct FashionCNNTests {
  @Test func theWeightsInsideTheProgramAreThoseNamed() throws {
    #expect(SHA256.digest(of: FashionCNN.weights).description == FashionCNN.sha256)
    let file = try SafeTensorsFile(parsing: Array(FashionCNN.weights), path: "weights")
    #expect(
      file.tensors.map(\.name).sorted() == (try ImageClassifier().arena.parameters.map(\.name).sorted()))
    #expect(FashionCNN().weightsDigest == FashionCNN.sha256)
  }

  @Test func featuresAndProbabilitiesArePyTorchs() throws {
    let fixture = try Fixture("classifier_torch")
    let pixels = try Fixture("dense_ae_torch").bytes("images")
    let images = try fixture.bytes("published.images").flatMap { index in
      pixels[Int(index) * 784..<(Int(index) + 1) * 784].map { Float($0) / 255 }
    }
    let result = compute(try formulaFashionCNN(), images, rows: 8)
    try expectClose(
      "features", result.features, fixture.floats("published.features"), tolerance: 1e-4)
    try expectClose(
      "probabilities", result.probabilities, fixture.floats("published.probabilities"), tolerance: 1e-4)
  }

  /// More rows than go through the layers at once.
  @Test func anImagesFeaturesDependOnNothingElse() throws {
    let network = try formulaFashionCNN()
    let rows = 93
    let images = randomFloats(rows * 784, seed: 5, low: 0, high: 1)
    let together = compute(network, images, rows: rows)
    let threads = compute(network, images, rows: rows, team: ThreadTeam(count: 3))
    expectSameBits("features", threads.features, together.features)
    expectSameBits("probabilities", threads.probabilities, together.probabilities)
    for row in [0, 31, 49, 50, 92] {
      let alone = compute(network, Array(images[row * 784..<(row + 1) * 784]), rows: 1)
      expectSameBits("features", alone.features, together.features[row * 128..<(row + 1) * 128])
      expectSameBits("probabilities", alone.probabilities, together.probabilities[row * 10..<(row + 1) * 10])
    }
  }

  @Test func notANumberIsSeenInTheFeatures() throws {
    var images = randomFloats(784, seed: 5, low: 0, high: 1)
    images[400] = .nan
    #expect(compute(try formulaFashionCNN(), images, rows: 1).features.contains { $0.isNaN })
  }

  @Test func otherSizesAndOtherWeightsAreRefused() throws {
    let network = try formulaFashionCNN()
    try network.requireSize(height: 28, width: 28)
    expectBadData("28x28 pixels, not 32x28") { try network.requireSize(height: 32, width: 28) }
    let renamed = try weightsFile(renaming: "conv3.bias", to: "conv9.bias") {
      formulaParameter(tensor: $0, shape: $1)
    }
    expectBadData("weights.safetensors has no tensor conv3.bias of type F32 and shape [64]") {
      try FashionCNN(weights: renamed, digest: "")
    }
    let narrow = try weightsFile { tensor, shape in
      tensor == 8 ? [Float](repeating: 0, count: 64 * 3136) : formulaParameter(tensor: tensor, shape: shape)
    }
    expectBadData("dense1.weight") { try FashionCNN(weights: narrow, digest: "") }
  }
}
