import TensorCore
import TestSupport
import Testing

/// Pixels in [0, 1): noise on a gradient, with a corner of zeros as real backgrounds have.
private func pixels(height: Int, width: Int, seed: UInt32) -> [Float] {
  randomFloats(height * width, seed: seed, low: 0, high: 0.4).enumerated().map { index, noise in
    let (row, column) = (index / width, index % width)
    return row + column < 8 ? 0 : noise + Float(row) / Float(2 * height)
  }
}

private func evaluate(
  _ kernel: SimilarityKernel, _ x: [Float], _ y: [Float]
) -> (score: Double, gradient: [Float]) {
  let (x, y, gradient) = (FencedBuffer(x), FencedBuffer(y), FencedBuffer(count: x.count))
  let score = kernel.evaluate(x.pointer, y.pointer, gradient: gradient.pointer)
  #expect(gradient.isIntact)
  return (score, gradient.array)
}

@Test(arguments: [(7, 7), (7, 12), (9, 31), (16, 8), (28, 28), (11, 36)])
func similarityIsTheReference(height: Int, width: Int) {
  let x = pixels(height: height, width: width, seed: 1)
  let y = pixels(height: height, width: width, seed: 2)
  let (score, gradient) = evaluate(SimilarityKernel(height: height, width: width), x, y)
  let expected = similarityReference(x.map(Double.init), y.map(Double.init), height: height, width: width)
  #expect(abs(score - expected.score) <= 1e-10)
  expectClose("gradient", gradient.map(Double.init), expected.gradient, tolerance: 1e-7)
}

/// The score and its derivative as PyTorch derives them, of twenty pairs of images: equal, blurred, noisy, constant ….
@Test func similarityAndGradientAreThePeers() throws {
  let fixture = try Fixture("ssim")
  let (x, y) = (try fixture.floats("x"), try fixture.floats("y"))
  let (scores, gradients) = (try fixture.floats("ssim"), try fixture.floats("ssim.gradient"))
  let kernel = SimilarityKernel(height: 28, width: 28)
  for pair in 0..<20 {
    let range = pair * 784..<(pair + 1) * 784
    let result = evaluate(kernel, Array(x[range]), Array(y[range]))
    #expect(abs(result.score - Double(scores[pair])) <= 1e-5, "pair \(pair)")
    // Equal images are at the maximum: both gradients are rounding there.
    guard pair > 0 else {
      #expect(result.gradient.allSatisfy { abs($0) < 1e-6 })
      continue
    }
    expectClose("gradient of pair \(pair)", result.gradient, Array(gradients[range]), tolerance: 1e-5)
  }
}

@Test func referenceSimilarityGradientIsTheDerivative() {
  let (height, width) = (8, 9)
  let x = pixels(height: height, width: width, seed: 3).map(Double.init)
  let y = pixels(height: height, width: width, seed: 4).map(Double.init)
  expectGradient(
    of: { similarityReference(x, $0, height: height, width: width).score }, at: y,
    equals: similarityReference(x, y, height: height, width: width).gradient)
}

@Test func similarityAloneIsTheSameAndNothingStays() {
  let kernel = SimilarityKernel(height: 10, width: 14)
  let x = pixels(height: 10, width: 14, seed: 5)
  let y = pixels(height: 10, width: 14, seed: 6)
  let first = evaluate(kernel, x, y)
  #expect(kernel.evaluate(x, y, gradient: nil) == first.score)
  let bad = evaluate(kernel, x, [Float](repeating: .nan, count: 140))
  #expect(bad.score.isNaN && bad.gradient.contains { $0.isNaN })
  let again = evaluate(kernel, x, y)
  #expect(again.score == first.score && again.gradient == first.gradient)
}
