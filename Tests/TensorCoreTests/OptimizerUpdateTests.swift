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
  count: Int, kernel: ([AlignedBuffer<Float>], UnsafePointer<Float>, ThreadTeam) -> Void,
  reference: (inout Double, Double, inout Double, inout Double) -> Void,
  sourceLocation: SourceLocation = #_sourceLocation
) {
  let start = formulaWeights(tensor: 1, rows: count, columns: 5)
  // One more element than there are parameters, which must stay.
  func fresh() -> [AlignedBuffer<Float>] {
    [AlignedBuffer(Array(start.prefix(count)) + [7])]
      + (0..<2).map { _ in AlignedBuffer([Float](repeating: 0, count: count) + [7]) }
  }
  let arrays = fresh()
  let shared = fresh()
  let team = ThreadTeam(count: 3)
  var expected = start.prefix(count).map(Double.init)
  var (first, second) = ([Double](repeating: 0, count: count), [Double](repeating: 0, count: count))
  for step in 0..<5 {
    let gradients = formulaWeights(tensor: 2 + step, rows: count, columns: 1).enumerated().map {
      $1 * Float(sign: .plus, exponent: $0 % 30 - 20, significand: 1)
    }
    kernel(arrays, gradients, ThreadTeam(count: 1))
    kernel(shared, gradients, team)
    for i in 0..<count { reference(&expected[i], 0.25 * Double(gradients[i]), &first[i], &second[i]) }
  }
  for (result, expected) in zip(arrays, [expected, first, second]) {
    #expect(result.array[count] == 7, sourceLocation: sourceLocation)
    expectClose(
      "array", result.array.dropLast().map(Double.init), expected, tolerance: 2e-6,
      sourceLocation: sourceLocation)
  }
  #expect(
    zip(arrays, shared).allSatisfy { $0.array == $1.array }, "bits on three threads",
    sourceLocation: sourceLocation)
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
  let sums = AlignedBuffer((0..<count + 1).map { Float($0) })
  addVectors(
    (0..<count + 1).map { Float(2 * $0) }, to: sums.pointer, count: count, team: ThreadTeam(count: 2))
  #expect(sums.array == (0..<count + 1).map { $0 < count ? Float(3 * $0) : Float($0) })
}
