import TensorCore
import TestSupport
import Testing

private let decay = DecayFactors(penalty: 0.03, kept: 0.99)

/// Five updates by a kernel and by its reference in Double, with gradients of many sizes.
///
/// - Parameters:
///   - kernel: updates values and the two states from gradients, with a scale of 0.25.
///   - reference: the same for one parameter and its scaled gradient.
private func expectTheReference(
  count: Int, kernel: ([FencedBuffer], UnsafePointer<Float>, ThreadTeam) -> Void,
  reference: (inout Double, Double, inout Double, inout Double) -> Void,
  sourceLocation: SourceLocation = #_sourceLocation
) {
  let start = randomFloats(count, seed: 1)
  let zeros = [Float](repeating: 0, count: count)
  let alone = [FencedBuffer(start), FencedBuffer(zeros), FencedBuffer(zeros)]
  let shared = [FencedBuffer(start), FencedBuffer(zeros), FencedBuffer(zeros)]
  let team = ThreadTeam(count: 3)
  var expected = start.map(Double.init)
  var (first, second) = (zeros.map(Double.init), zeros.map(Double.init))
  for step in 0..<5 {
    let gradients = FencedBuffer(wideFloats(count, seed: 10 + UInt32(step)))
    kernel(alone, gradients.pointer, singleThread)
    kernel(shared, gradients.pointer, team)
    for i in 0..<count { reference(&expected[i], 0.25 * Double(gradients.pointer[i]), &first[i], &second[i]) }
  }
  for (result, expected) in zip(alone, [expected, first, second]) {
    #expect(result.isIntact, sourceLocation: sourceLocation)
    expectClose(
      "array", result.array.map(Double.init), expected, tolerance: 2e-6, sourceLocation: sourceLocation)
  }
  for (alone, shared) in zip(alone, shared) {
    expectSameBits("on three threads", shared.array, alone.array, sourceLocation: sourceLocation)
  }
}

@Test(arguments: [1, 7, 8, 103, 517], [false, true])
func momentumIsTheReference(count: Int, isNesterov: Bool) {
  let factors = MomentumFactors(rate: 0.05, gain: 0.5, momentum: 0.9, isNesterov: isNesterov, decay: decay)
  expectTheReference(
    count: count,
    kernel: {
      momentumUpdate(
        values: $0[0].pointer, gradients: $1, momentumBuffer: $0[1].pointer, count: count,
        gradientScale: 0.25,
        factors: factors, team: $2)
    },
    reference: { value, gradient, buffer, _ in
      momentumReference(value: &value, gradient: gradient, buffer: &buffer, factors: factors)
    })
}

@Test(arguments: [1, 8, 103]) func descentNeedsNoBuffer(count: Int) {
  let factors = MomentumFactors(rate: 0.05, gain: 1, decay: decay)
  expectTheReference(
    count: count,
    kernel: {
      momentumUpdate(
        values: $0[0].pointer, gradients: $1, momentumBuffer: nil, count: count, gradientScale: 0.25,
        factors: factors, team: $2)
    },
    reference: { value, gradient, _, _ in
      var buffer = 0.0
      momentumReference(value: &value, gradient: gradient, buffer: &buffer, factors: factors)
    })
}

@Test(arguments: [1, 7, 8, 103, 517], [false, true])
func rmsPropIsTheReference(count: Int, hasMomentum: Bool) {
  let factors = RMSPropFactors(
    squareRate: 0.1, innerEpsilon: 1e-9, outerEpsilon: 1e-6, rate: 0.02, gain: 0.5,
    momentum: hasMomentum ? 0.9 : 0, decay: decay)
  expectTheReference(
    count: count,
    kernel: {
      rmsPropUpdate(
        values: $0[0].pointer, gradients: $1, squareAverages: $0[1].pointer,
        momentumBuffer: hasMomentum ? $0[2].pointer : nil, count: count, gradientScale: 0.25,
        factors: factors,
        team: $2)
    },
    reference: { value, gradient, square, buffer in
      rmsPropReference(
        value: &value, gradient: gradient, squareAverage: &square, buffer: &buffer, factors: factors)
      if !hasMomentum { buffer = 0 }
    })
}

@Test(arguments: [1, 8, 103]) func adamWithDecayIsTheReference(count: Int) {
  let factors = AdamFactors(
    stepSize: 0.01, rootScale: 1.5, epsilon: 1e-7, firstMomentRate: 0.1, secondMomentRate: 0.001, decay: decay
  )
  expectTheReference(
    count: count,
    kernel: {
      adamUpdate(
        values: $0[0].pointer, gradients: $1, firstMoments: $0[1].pointer, secondMoments: $0[2].pointer,
        count: count, gradientScale: 0.25, factors: factors, team: $2)
    },
    reference: { value, gradient, first, second in
      adamReference(
        value: &value, gradient: gradient, firstMoment: &first, secondMoment: &second, factors: factors)
    })
}

@Test(arguments: [1, 8, 103]) func vectorsAreAdded(count: Int) {
  let sums = FencedBuffer((0..<count).map { Float($0) })
  let addends = FencedBuffer((0..<count).map { Float(2 * $0) })
  addVectors(addends.pointer, to: sums.pointer, count: count, team: ThreadTeam(count: 2))
  #expect(sums.isIntact && sums.array == (0..<count).map { Float(3 * $0) })
}
