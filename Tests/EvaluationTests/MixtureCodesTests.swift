import Artifacts
import Evaluation
import TestSupport
import Testing

@Suite struct MixtureCodesTests {
  private let mixture = GaussianMixture(
    weights: [0.25, 0.6, 0.15], means: [-4, 0, 3, 2, 0, -7],
    cholesky: [1, 0, 0.5, 0.25, 2, 0, -1, 1.5, 0.125, 0, 0, 3])

  private func draw(_ count: Int, seed: UInt32 = 9) -> [Float] {
    let codes = MixtureCodes(mixture: mixture, seed: seed)
    return stride(from: 0, to: count, by: 100).flatMap { first -> [Float] in
      let chunk = first..<min(count, first + 100)
      return Array(UnsafeBufferPointer(start: codes.fill(chunk), count: chunk.count * 2))
    }
  }

  @Test func samplesHaveTheMomentsOfTheirComponents() {
    let count = 20_000
    let sampler = MixtureCodes(mixture: mixture, seed: 9)
    let codes = draw(count)
    var members: [[Float]] = [[], [], []]
    for sample in 0..<count {
      members[sampler.component(ofSample: sample)] += codes[(2 * sample)..<(2 * sample + 2)]
    }
    let covariances = mixture.covariances
    for component in 0..<3 {
      let size = Double(members[component].count / 2)
      let weight = mixture.weights[component]
      #expect(abs(size - Double(count) * weight) < 5 * (Double(count) * weight * (1 - weight)).squareRoot())
      let (mean, covariance) = plainMoments(members[component], dimension: 2)
      let own = Array(covariances[(4 * component)..<(4 * component + 4)])
      for row in 0..<2 {
        let error = (own[3 * row] / size).squareRoot()
        #expect(abs(mean[row] - mixture.means[2 * component + row]) < 5 * error)
        for column in 0..<2 {
          let product = own[3 * row] * own[3 * column] + own[2 * row + column] * own[2 * row + column]
          #expect(
            abs(covariance[2 * row + column] - own[2 * row + column]) < 5 * (product / size).squareRoot())
        }
      }
    }
  }

  @Test func aSampleDependsOnTheSeedAndItsNumberAlone() {
    let all = draw(300)
    let codes = MixtureCodes(mixture: mixture, seed: 9)
    for samples in [250..<251, 3..<90, 120..<220] {
      expectSameBits(
        "samples \(samples)", UnsafeBufferPointer(start: codes.fill(samples), count: samples.count * 2),
        all[(2 * samples.lowerBound)..<(2 * samples.upperBound)])
    }
    #expect(draw(300, seed: 10) != all)
  }

  @Test func tensorsGiveTheMixtureBack() throws {
    let bytes = mixture.withTensors { SafeTensorsWriter($0).serialized() }
    let file = try SafeTensorsFile(parsing: bytes, path: "prior.safetensors")
    #expect(file["cholesky"]?.shape == [3, 2, 2] && file["cholesky"]?.dataType == .float64)
    expectSameMixture("read", try GaussianMixture(tensors: file), mixture)
  }

  @Test(arguments: [
    ("means", [2, 3], "tensor 'weights' has the shape [3], not [2]"),
    ("means", [6], "tensor 'means' has the shape [6]"),
    ("weights", [1, 3], "tensor 'weights' has the shape [1, 3]"),
    ("cholesky", [3, 4, 1], "tensor 'cholesky' has the shape [3, 4, 1], not [3, 2, 2]"),
  ]) func shapesThatDisagreeAreRefused(name: String, shape: [Int], mention: String) {
    expectBadData(mention) {
      try read { tensor in
        tensor == name ? shape : nil
      } change: { _, values in
        values
      }
    }
  }

  @Test(arguments: [
    ("weights", 0, 0.5, "the weights are not positive numbers with the sum 1"),
    ("means", 3, .nan, "tensor 'means' has an element that is not finite"),
    ("cholesky", 1, 0.5, "row 0 of cholesky factor 0"), ("cholesky", 7, 0, "row 1 of cholesky factor 1"),
  ]) func numbersThatAreNoMixtureAreRefused(name: String, index: Int, value: Double, mention: String) {
    expectBadData("prior.safetensors holds no Gaussian mixture: " + mention) {
      try read { _ in
        nil
      } change: { tensor, values in
        var values = values
        if tensor == name { values[index] = value }
        return values
      }
    }
  }

  @Test func missingTensorsAndOtherTypesAreRefused() throws {
    let bytes = mixture.withTensors { SafeTensorsWriter(Array($0.prefix(2))).serialized() }
    expectBadData("tensor 'cholesky' is missing") {
      try GaussianMixture(tensors: SafeTensorsFile(parsing: bytes, path: "prior.safetensors"))
    }
    let floats = [Float](repeating: 1, count: 6).withUnsafeBufferPointer {
      SafeTensorsWriter([NamedTensor(name: "means", shape: [3, 2], elements: $0)]).serialized()
    }
    expectBadData("tensor 'means' is of type F32, not F64") {
      try GaussianMixture(tensors: SafeTensorsFile(parsing: floats, path: "prior.safetensors"))
    }
  }

  /// Writes the mixture with other shapes or numbers, and reads that.
  private func read(
    shape: (String) -> [Int]?, change: (String, [Double]) -> [Double]
  ) throws -> GaussianMixture {
    let bytes = mixture.withTensors { tensors in
      let changed = tensors.map { tensor in
        (tensor, change(tensor.name, Array(tensor.bytes.bindMemory(to: Double.self))))
      }
      let storage = changed.map { tensor, values in
        let buffer = UnsafeMutableBufferPointer<Double>.allocate(capacity: values.count)
        _ = buffer.initialize(from: values)
        return (tensor, buffer)
      }
      defer { for (_, buffer) in storage { buffer.deallocate() } }
      return SafeTensorsWriter(
        storage.map { tensor, buffer in
          NamedTensor(
            name: tensor.name, shape: shape(tensor.name) ?? tensor.shape,
            elements: UnsafeBufferPointer(buffer))
        }
      ).serialized()
    }
    return try GaussianMixture(tensors: SafeTensorsFile(parsing: bytes, path: "prior.safetensors"))
  }
}
