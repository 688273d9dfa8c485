import Artifacts
import Evaluation
import TestSupport
import Testing

/// Twenty pairs of images scored by scikit-image and TensorFlow (Tests/Fixtures/README.md).
@Suite struct ImageMetricFixtureTests {
  let file: SafeTensorsFile

  init() throws {
    let folder = String(#filePath.dropLast("EvaluationTests/ImageMetricFixtureTests.swift".count))
    file = try SafeTensorsFile(reading: folder + "Fixtures/data/ssim.safetensors")
  }

  @Test func structuralSimilarityIsThatOfScikitImageAndTensorFlow() throws {
    for measure in StructuralSimilarity.allCases {
      let expected = try tensor(measure.rawValue)
      let scores = try pairs { measure.score($0, $1, height: 28, width: 28)! }
      for (score, other) in zip(scores, expected) { #expect(abs(score - Double(other)) < 1e-4) }
      let mean = scores.reduce(0, +) / 20
      #expect(abs(mean - expected.reduce(0) { $0 + Double($1) } / 20) < 1e-5)
    }
  }

  @Test func pixelErrorsAreThoseOfScikitImage() throws {
    let errors = try pairs { meanSquaredError($0, $1, count: 784) }
    expectClose("mse", errors.map(Float.init), try tensor("mse"), tolerance: 1e-6)
    let finite = try tensor("psnr").enumerated().filter { $0.element.isFinite }
    let ratios = errors.map(peakSignalToNoise)
    expectClose("psnr", finite.map { Float(ratios[$0.offset]) }, finite.map(\.element), tolerance: 1e-6)
    #expect(ratios[0] == .infinity)
  }

  private func tensor(_ name: String) throws -> [Float] {
    try #require(file[name]?.elements(of: Float.self))
  }

  /// `measure` of each pair of images.
  private func pairs(
    _ measure: (UnsafePointer<Float>, UnsafePointer<Float>) -> Double
  ) throws -> [Double] {
    let (x, y) = (try tensor("x"), try tensor("y"))
    return x.withUnsafeBufferPointer { x in
      y.withUnsafeBufferPointer { y in
        (0..<20).map { measure(x.baseAddress! + 784 * $0, y.baseAddress! + 784 * $0) }
      }
    }
  }
}
