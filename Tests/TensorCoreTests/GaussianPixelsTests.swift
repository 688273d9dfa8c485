import Glibc
import RandomNumbers
import TensorCore
import TestSupport
import Testing

private let rows = 5

/// Logits and targets of a few images, extremes among them.
private struct GaussianImages {
  let pixels: Int
  var logits: [Float]
  var targets: [Float]

  init(pixels: Int) {
    self.pixels = pixels
    logits = randomFloats(rows * pixels, seed: 1, low: -6, high: 6)
    targets = randomFloats(rows * pixels, seed: 2, low: 0)
    let extremes: [(Float, Float)] = [(100, 1), (-100, 0), (100, 0), (-100, 1), (0, 0.5), (-0.0, 1)]
    for (index, extreme) in extremes.enumerated() where index < logits.count {
      (logits[index], targets[index]) = extreme
    }
  }

  func evaluate(
    logVariance: Float, team: ThreadTeam = singleThread
  ) -> (losses: [Double], gradient: [Float], byLogVariance: [Float]) {
    let (logits, targets) = (FencedBuffer(logits), FencedBuffer(targets))
    let gradient = FencedBuffer(count: rows * pixels)
    var losses = [Double](repeating: .nan, count: rows)
    var byLogVariance = [Float](repeating: .nan, count: rows)
    withExtendedLifetime((logits, targets)) {
      gaussianPixelLosses(
        logits: logits.pointer, targets: targets.pointer, logVariance: logVariance,
        logitGradient: gradient.pointer, logVarianceGradients: &byLogVariance, sampleLosses: &losses,
        rows: rows, pixels: pixels, team: team)
    }
    #expect(gradient.isIntact)
    return (losses, gradient.array, byLogVariance)
  }
}

@Test(arguments: [1, 7, 8, 9, 30, 784, 785], [Float(-9), -4, 0, 1.5])
func gaussianPixelLossesAreTheReference(pixels: Int, logVariance: Float) {
  let problem = GaussianImages(pixels: pixels)
  let (losses, gradient, byLogVariance) = problem.evaluate(logVariance: logVariance)
  for row in 0..<rows {
    let range = row * pixels..<(row + 1) * pixels
    let expected = gaussianPixelsReference(
      logits: problem.logits[range].map(Double.init), targets: problem.targets[range].map(Double.init),
      logVariance: Double(logVariance))
    // Both are differences of terms of this size.
    let scale = Double(pixels) * (3 + abs(Double(logVariance))) + 2 * abs(expected.loss)
    #expect(abs(losses[row] - expected.loss) <= 1e-6 * scale, "row \(row)")
    #expect(abs(Double(byLogVariance[row]) - expected.logVarianceGradient) <= 1e-6 * scale, "row \(row)")
    // Where a sigmoid is all but 0 or 1, its slope has no digits left.
    let largest = max(expected.logitGradient.map(\.magnitude).max()!, exp(-Double(logVariance)))
    for (ours, theirs) in zip(gradient[range], expected.logitGradient) {
      #expect(abs(Double(ours) - theirs) <= 1e-6 * largest, "row \(row)")
    }
  }
}

@Test func referenceGradientsOfGaussianPixelsAreDerivatives() {
  let logits =
    [-30, -5, -1.5, -0.25, 0, 0.5, 2, 7] + randomFloats(9, seed: 3, low: -3, high: 3).map(Double.init)
  let targets = randomFloats(17, seed: 4, low: 0).map(Double.init)
  for logVariance in [-4.0, 0.75] {
    let expected = gaussianPixelsReference(logits: logits, targets: targets, logVariance: logVariance)
    expectGradient(
      of: {
        gaussianPixelsReference(logits: Array($0.dropLast()), targets: targets, logVariance: $0.last!).loss
      },
      at: logits + [logVariance], equals: expected.logitGradient + [expected.logVarianceGradient],
      tolerance: 1e-7)
  }
}

/// Worked out by hand: two pixels, p = 1/2, differences 1/4 and -1/2, variance 1/4.
@Test func aNormalDensityHasItsClosedForm() {
  var loss = Double.nan
  var byLogVariance = Float.nan
  var gradient: [Float] = [.nan, .nan]
  gaussianPixelLosses(
    logits: [0, 0], targets: [0.25, 1], logVariance: -1.386_294_4, logitGradient: &gradient,
    logVarianceGradients: &byLogVariance, sampleLosses: &loss, rows: 1, pixels: 2, team: singleThread)
  // log(2π/4) + 4 (1/16 + 1/4) / 2
  #expect(abs(loss - (0.451_582_706 + 0.625)) < 1e-6)
  #expect(abs(byLogVariance - 0.375) < 1e-6)
  expectClose("gradient", gradient, [0.25, -0.5], tolerance: 1e-6)
}

@Test func gaussianPixelLossesHaveTheSameBitsInPlaceAloneAndOnAnyTeam() {
  let problem = GaussianImages(pixels: 99)
  let expected = problem.evaluate(logVariance: -2)
  for threads in [2, 3] {
    let result = problem.evaluate(logVariance: -2, team: ThreadTeam(count: threads))
    expectSameBits("losses", result.losses, expected.losses)
    expectSameBits("gradient", result.gradient, expected.gradient)
    expectSameBits("by log-variance", result.byLogVariance, expected.byLogVariance)
  }
  let inPlace = FencedBuffer(problem.logits)
  for gradient in [nil, inPlace.pointer] {
    var losses = [Double](repeating: .nan, count: rows)
    var byLogVariance = [Float](repeating: -7, count: rows)
    gaussianPixelLosses(
      logits: inPlace.pointer, targets: problem.targets, logVariance: -2, logitGradient: gradient,
      logVarianceGradients: &byLogVariance, sampleLosses: &losses, rows: rows, pixels: 99, team: singleThread)
    expectSameBits("losses", losses, expected.losses)
    #expect(byLogVariance == (gradient == nil ? [-7, -7, -7, -7, -7] : expected.byLogVariance))
  }
  expectSameBits("gradient", inPlace.array, expected.gradient)
}

// MARK: - Dequantisation

@Test(arguments: [1, 7, 8, 9, 15, 16, 17, 24, 25, 784, 785]) func dequantizedPixelsAreTheReference(count: Int)
{
  let key = RandomKey(seed: 5, purpose: .dequantization)
  let image = randomIntegers(count, in: 0...255, seed: 1).map { Float($0) / 255 }
  let (source, result) = (FencedBuffer(image), FencedBuffer(count: count))
  withExtendedLifetime(source) {
    dequantize(source.pointer, into: result.pointer, count: count, key: key, step: 3, index: 70_000)
  }
  let expected = dequantizationReference(image.map(Double.init), key: key, step: 3, index: 70_000)
  #expect(result.isIntact)
  for (ours, exact) in zip(result.array, expected) { #expect(abs(Double(ours) - exact) <= 6e-8) }
  // In place, and for a shorter image the same numbers.
  let inPlace = FencedBuffer(image)
  dequantize(inPlace.pointer, into: inPlace.pointer, count: count, key: key, step: 3, index: 70_000)
  expectSameBits("in place", inPlace.array, result.array)
  let short = FencedBuffer(Array(image.prefix(count / 2)))
  dequantize(short.pointer, into: short.pointer, count: count / 2, key: key, step: 3, index: 70_000)
  expectSameBits("prefix", short.array, Array(result.array.prefix(count / 2)))
}

/// Every byte keeps its own interval of 1/256, and fills it evenly.
@Test func dequantizedPixelsStayInTheirIntervals() {
  let count = 256 * 100
  let image = (0..<count).map { Float($0 % 256) / 255 }
  var result = [Float](repeating: .nan, count: count)
  dequantize(
    image, into: &result, count: count, key: RandomKey(seed: 1, purpose: .dequantization), step: 0, index: 0)
  var sum = 0.0
  for (pixel, value) in result.enumerated() {
    let place = Double(value) * 256 - Double(pixel % 256)
    #expect(place > -1e-4 && place < 1 + 1e-4)
    sum += place
  }
  // The mean of 25,600 uniform numbers: 0.0018 standard deviations.
  #expect(abs(sum / Double(count) - 0.5) < 0.01)
  var middle = [Float](repeating: .nan, count: 3)
  dequantizeToMiddle([0, 128 / 255, 1], into: &middle, count: 3)
  expectClose("middle", middle, [0.5 / 256, 128.5 / 256, 255.5 / 256], tolerance: 1e-7)
}

/// Each step and each image has chance of its own.
@Test func dequantizationDependsOnStepAndIndex() {
  func make(_ seed: UInt32, _ step: Int, _ index: Int) -> [Float] {
    var result = [Float](repeating: 0, count: 40)
    dequantize(
      [Float](repeating: 0, count: 40), into: &result, count: 40,
      key: RandomKey(seed: seed, purpose: .dequantization), step: step, index: index)
    return result
  }
  let all = [make(1, 0, 0), make(2, 0, 0), make(1, 1, 0), make(1, 0, 1)]
  for (index, first) in all.enumerated() {
    for second in all.dropFirst(index + 1) { expectDifferentBits("numbers", first, second) }
  }
}
