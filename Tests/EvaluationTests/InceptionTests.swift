import Artifacts
import Diagnostics
import Evaluation
import TensorCore
import TestSupport
import Testing

/// The whole network beside torchvision's with pytorch-fid's pools (fixture `inception`), with weights from a formula.
@Suite(.serialized) struct InceptionTests {
  // 88 MB of weights: made once for all tests, which run one after another.
  private nonisolated(unsafe) static let network = Result {
    try InceptionNetwork(
      SafeTensorsFile(parsing: formulaFile(InceptionNetwork.requiredTensors), path: "formula"), capacity: 2)
  }
  private let network: InceptionNetwork
  private let fixture: Fixture
  private let images: [Float]

  init() throws {
    network = try Self.network.get()
    fixture = try Fixture("inception")
    images = try fixture.bytes("images").map { Float($0) / 255 }
  }

  @Test func everyBlockAndTheFeaturesAreTorchvisions() throws {
    var steps: [String] = []
    var failure: (any Error)?
    var features = [Float](repeating: .nan, count: 2 * network.featureCount)
    network.compute(images: images, features: &features, rows: 2, team: singleThread) { name, shape, output in
      steps.append(name)
      do {
        try expectAgreement(name, UnsafeBufferPointer(start: output, count: 2 * shape.count))
      } catch {
        failure = error
      }
    }
    if let failure { throw failure }
    #expect(steps == Self.steps)
    expectClose("features", features, try fixture.floats("features"), tolerance: 1e-5)
  }

  /// Compares values at some places with PyTorch's, and over the whole of each image the means of the values, of their
  /// magnitudes and of their squares.
  private func expectAgreement(_ name: String, _ output: UnsafeBufferPointer<Float>) throws {
    let places = try fixture.integers("\(name).places")
    let count = output.count / 2
    var (values, sums): ([Float], [Double]) = ([], [])
    for row in 0..<2 {
      let image = output[row * count..<(row + 1) * count]
      values += places.map { image[row * count + $0] }
      sums.append(image.reduce(0) { $0 + Double($1) } / Double(count))
      sums.append(image.reduce(0) { $0 + Double($1.magnitude) } / Double(count))
      sums.append(image.reduce(0) { $0 + Double($1) * Double($1) } / Double(count))
    }
    expectClose(name, values, try fixture.floats("\(name).values"), tolerance: 1e-5)
    expectClose("\(name).sums", sums, try fixture.doubles("\(name).sums"), tolerance: 1e-5)
  }

  private static let steps = [
    "Conv2d_1a_3x3", "Conv2d_2a_3x3", "Conv2d_2b_3x3", "Conv2d_3b_1x1", "Conv2d_4a_3x3", "Mixed_5b",
    "Mixed_5c", "Mixed_5d", "Mixed_6a", "Mixed_6b", "Mixed_6c", "Mixed_6d", "Mixed_6e", "Mixed_7a",
    "Mixed_7b",
    "Mixed_7c",
  ]

  @Test func aRowsFeaturesAreItsOwn() {
    func features(_ images: ArraySlice<Float>, threads: Int) -> [Float] {
      let rows = images.count / 784
      var features = [Float](repeating: .nan, count: rows * 2_048)
      network.compute(
        images: Array(images), features: &features, probabilities: nil, rows: rows,
        team: ThreadTeam(count: threads))
      return features
    }
    let both = features(images[...], threads: 2)
    expectSameBits("the second alone", features(images[784...], threads: 1), both[2_048...])
  }

  @Test func imagesOfAnotherSizeAreRefused() throws {
    try network.requireSize(height: 28, width: 28)
    let failure = #expect(throws: Failure.self) { try network.requireSize(height: 28, width: 32) }
    #expect(failure?.code == .badData)
    #expect(failure?.message.contains("28x32, not 28x28") == true)
  }

  /// The file that `formula_state` in Tests/Fixtures/make_inception.py describes, with a tensor more.
  private static func formulaFile(_ tensors: [(name: String, shape: [Int])]) -> [UInt8] {
    let sorted = tensors.sorted { $0.name < $1.name }
    let values = sorted.enumerated().map { number, tensor in
      let columns = tensor.shape.dropFirst().reduce(1, *)
      let glorot = formulaWeights(tensor: number, rows: tensor.shape[0], columns: columns)
      let unit = Float((Double(tensor.shape[0] + columns) / 6).squareRoot())
      let spread = Float((6 / Double(columns)).squareRoot())
      return glorot.map { weight in
        if tensor.shape.count == 4 { return weight * unit * spread }
        let isScale = tensor.name.hasSuffix("bn.weight") || tensor.name.hasSuffix("bn.running_var")
        return (isScale ? 1 : 0) + weight * unit / 4
      }
    }
    return safeTensors(
      zip(sorted, values).map { ($0.name, $0.shape, $1) } + [("fc.bias", [3], [1, 2, 3])])
  }
}

/// Weights that can't be used are refused in the name of the first tensor that does not fit.
@Suite struct InceptionRefusalTests {
  private let first = ("Conv2d_1a_3x3.conv.weight", [32, 3, 3, 3])

  @Test func theFirstMissingTensorIsNamed() {
    expectRefusal(
      [("fc.weight", [2, 2])],
      "small.safetensors has no tensor Conv2d_1a_3x3.conv.weight; Inception needs it as F32 [32, 3, 3, 3]")
    expectRefusal(
      [first, ("Conv2d_1a_3x3.bn.weight", [32]), ("Conv2d_1a_3x3.bn.running_mean", [32])],
      "small.safetensors has no tensor Conv2d_1a_3x3.bn.bias; Inception needs it as F32 [32]")
  }

  @Test func theFirstTensorOfAnotherShapeIsNamedWithBoth() {
    expectRefusal(
      [("Conv2d_1a_3x3.conv.weight", [32, 1, 3, 3])],
      "tensor Conv2d_1a_3x3.conv.weight of small.safetensors is F32 [32, 1, 3, 3]; Inception needs it as F32 "
        + "[32, 3, 3, 3]")
    expectRefusal(
      [first, ("Conv2d_1a_3x3.bn.weight", [64]), ("Conv2d_1a_3x3.bn.bias", [64])],
      "tensor Conv2d_1a_3x3.bn.weight of small.safetensors is F32 [64]; Inception needs it as F32 [32]")
  }

  @Test func aTensorOfAnotherTypeIsRefused() {
    let doubles = [Double](repeating: 1, count: 32 * 27)
    let file = doubles.withUnsafeBufferPointer {
      SafeTensorsWriter([NamedTensor(name: first.0, shape: first.1, elements: $0)]).serialized()
    }
    expectRefusal(
      file,
      "tensor Conv2d_1a_3x3.conv.weight of small.safetensors is F64 [32, 3, 3, 3]; Inception needs it as F32 "
        + "[32, 3, 3, 3]")
  }

  private func expectRefusal(
    _ tensors: [(String, [Int])], _ message: String, sourceLocation: SourceLocation = #_sourceLocation
  ) {
    let filled = tensors.map { ($0, $1, [Float](repeating: 1, count: $1.reduce(1, *))) }
    expectRefusal(safeTensors(filled), message, sourceLocation: sourceLocation)
  }

  private func expectRefusal(
    _ file: [UInt8], _ message: String, sourceLocation: SourceLocation = #_sourceLocation
  ) {
    let failure = #expect(throws: Failure.self, sourceLocation: sourceLocation) {
      try InceptionNetwork(SafeTensorsFile(parsing: file, path: "small.safetensors"))
    }
    #expect(failure?.code == .badData, sourceLocation: sourceLocation)
    #expect(failure?.message == message, sourceLocation: sourceLocation)
    #expect(
      failure?.help?.contains("pt_inception-2015-12-05-6726825d.pth") == true, sourceLocation: sourceLocation)
  }
}

/// A safetensors file in memory.
private func safeTensors(_ tensors: [(name: String, shape: [Int], values: [Float])]) -> [UInt8] {
  let named = tensors.map { tensor in
    let elements = UnsafeMutableBufferPointer<Float>.allocate(capacity: tensor.values.count)
    _ = elements.initialize(from: tensor.values)
    return (elements, NamedTensor(name: tensor.name, shape: tensor.shape, elements: .init(elements)))
  }
  defer { for (elements, _) in named { elements.deallocate() } }
  return SafeTensorsWriter(named.map(\.1)).serialized()
}
