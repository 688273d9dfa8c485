import TensorCore
import TestSupport
import Testing

private let factors = AdamFactors(
  stepSize: 0.01, rootScale: 1.5, epsilon: 1e-7, firstMomentRate: 0.1, secondMomentRate: 0.001)

/// Gradients from 2^-20 to 2^20, and lengths with and without a tail.
@Test(arguments: [1, 7, 8, 9, 103]) func adamIsTheReference(count: Int) {
  let start = randomFloats(count, seed: 1)
  let values = FencedBuffer(start)
  let firstMoments = FencedBuffer([Float](repeating: 0, count: count))
  let secondMoments = FencedBuffer([Float](repeating: 0, count: count))
  var expected = start.map(Double.init)
  var first = [Double](repeating: 0, count: count)
  var second = first
  for step in 0..<5 {
    let gradients = FencedBuffer(wideFloats(count, seed: 10 + UInt32(step)))
    adamUpdate(
      values: values.pointer, gradients: gradients.pointer, firstMoments: firstMoments.pointer,
      secondMoments: secondMoments.pointer, count: count, gradientScale: 0.25, factors: factors,
      team: singleThread)
    for i in 0..<count {
      adamReference(
        value: &expected[i], gradient: 0.25 * Double(gradients.pointer[i]), firstMoment: &first[i],
        secondMoment: &second[i], factors: factors)
    }
  }
  #expect(values.isIntact && firstMoments.isIntact && secondMoments.isIntact)
  for i in 0..<count {
    #expect(abs(values.doubles[i] - expected[i]) <= 1e-6)
    #expect(abs(secondMoments.doubles[i] - second[i]) <= 1e-6 * second[i])
  }
  expectClose("firstMoments", firstMoments.doubles, first, tolerance: 1e-6)
}

@Test func aParameterWithoutGradientStays() {
  var (value, first, second): (Float, Float, Float) = (0, 0, 0)
  for _ in 0..<3 {
    adamUpdate(
      values: &value, gradients: [0], firstMoments: &first, secondMoments: &second, count: 1,
      gradientScale: 1,
      factors: factors, team: singleThread)
  }
  expectSameBits("value and moments", [value, first, second], [0, 0, 0])
}
