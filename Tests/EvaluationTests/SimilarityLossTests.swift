import Evaluation
import TensorCore
import TestSupport
import Testing

/// What is trained with `--loss ssim` is what `test/ssim` reports.
@Test func theLossIsTheMetric() throws {
  let fixture = try Fixture("ssim")
  let (x, y) = (try fixture.floats("x"), try fixture.floats("y"))
  let kernel = SimilarityKernel(height: 28, width: 28)
  for pair in 0..<20 {
    let (a, b) = (Array(x[pair * 784..<(pair + 1) * 784]), Array(y[pair * 784..<(pair + 1) * 784]))
    let metric = try #require(StructuralSimilarity.uniform.score(a, b, height: 28, width: 28))
    #expect(abs(kernel.evaluate(a, b, gradient: nil) - metric) < 1e-12)
  }
  #expect(SimilarityKernel.windowSize == StructuralSimilarity.uniform.windowSize)
}
