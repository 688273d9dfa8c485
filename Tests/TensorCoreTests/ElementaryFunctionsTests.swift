import Glibc
import TensorCore
import Testing

/// The worst error of `function` over every 251st Float with bits in `bits`, in units in the last place of the exact
/// value; infinite where one is NaN or infinite and the other is not. `flushes` allows 0 for a subnormal.
private func worstUlps(
  bits: ClosedRange<UInt32> = 0...UInt32.max, step: UInt32 = 251, flushes: Bool = false,
  _ function: (Vector) -> Vector,
  _ exact: (Double) -> Double
) -> Double {
  var worst = 0.0
  var start = bits.lowerBound
  while true {
    let patterns = SIMD8<UInt32>(0, 1, 2, 3, 4, 5, 6, 7) &* step &+ start
    let inputs = unsafeBitCast(patterns, to: Vector.self)
    let results = function(inputs)
    for lane in 0..<8 {
      let expected = exact(Double(inputs[lane]))
      if flushes && results[lane] == 0 && abs(expected) < Double(Float.leastNormalMagnitude) { continue }
      worst = max(worst, ulps(results[lane], from: expected))
    }
    let (next, overflow) = start.addingReportingOverflow(8 * step)
    if overflow || next > bits.upperBound - 7 * step { return worst }
    start = next
  }
}

private func ulps(_ result: Float, from exact: Double) -> Double {
  let rounded = Float(exact)
  if result == rounded || (result.isNaN && rounded.isNaN) { return 0.5 }
  if !result.isFinite || !rounded.isFinite { return .infinity }
  return abs(Double(result) - exact) / Double(rounded.ulp)
}

private func bits(_ first: Float, _ last: Float) -> ClosedRange<UInt32> { first.bitPattern...last.bitPattern }

// The bounds are the measured worst errors, rounded up.

@Test func expIsWithinTwoUlpsEverywhere() {
  #expect(worstUlps({ .exp($0) }, exp) < 1.03)
}

@Test func logIsWithinOneUlpEverywhere() {
  #expect(worstUlps({ .log($0) }, log) < 0.81)
}

@Test func expOfNonPositiveIsWithinTwoUlps() {
  #expect(worstUlps(bits: bits(-0.0, -.infinity), flushes: true, { .expOfNonPositive($0) }, exp) < 1.03)
}

@Test func logOnePlusExpNegativeIsWithinTwoUlpsEverywhere() {
  #expect(worstUlps(flushes: true, { .logOnePlusExpNegative($0) }, { log1p(exp(-abs($0))) }) < 1.8)
}

@Test func sigmoidIsWithinThreeUlpsEverywhere() {
  #expect(worstUlps(flushes: true, { .sigmoid($0) }, { 1 / (1 + exp(-$0)) }) < 2.3)
}

@Test func tanhIsWithinTwoUlpsEverywhere() {
  #expect(worstUlps({ .tanh($0) }, tanh) < 1.53)
}

@Test func sineAndCosineOfTurnsAreWithinTwoUlpsEverywhere() {
  let turns = bits(0, Float(1).nextDown)
  #expect(worstUlps(bits: turns, { Vector.sineAndCosine(turns: $0).sine }, { sineOfTurns($0) }) < 0.96)
  #expect(
    worstUlps(bits: turns, { Vector.sineAndCosine(turns: $0).cosine }, { sineOfTurns($0 + 0.25) }) < 0.98)
}

/// The sine of 2 pi u with u reduced exactly first, so that it is right where it is nearly zero.
private func sineOfTurns(_ u: Double) -> Double {
  let quarters = (4 * u).rounded()
  let angle = 2 * Double.pi * (u - quarters / 4)
  return switch Int(quarters) & 3 {
  case 0: sin(angle)
  case 1: cos(angle)
  case 2: -sin(angle)
  default: -cos(angle)
  }
}

@Test func expSaturatesAndUnderflowsGradually() {
  let results = Vector.exp([.infinity, -.infinity, 88.722_84, 88.722_83, -87.5, -103.97, -103.98, .nan])
  #expect(results[0] == .infinity && results[1] == 0 && results[2] == .infinity && results[3].isFinite)
  #expect(results[4].isSubnormal && results[5] == .leastNonzeroMagnitude && results[6] == 0)
  #expect(results[7].isNaN)
  #expect(Vector.exp(Vector(repeating: 0)) == Vector(repeating: 1))
}

@Test func logOfItsEdgesIsAsLibmHasIt() {
  let results = Vector.log([0, -0.0, -1, -.infinity, .infinity, .nan, 1, .leastNonzeroMagnitude])
  #expect(results[0] == -.infinity && results[1] == -.infinity && results[2].isNaN && results[3].isNaN)
  #expect(results[4] == .infinity && results[5].isNaN && results[6] == 0)
  #expect(results[7] == -103.278_93)
}

@Test func sigmoidTanhAndSoftplusKeepTheirLimits() {
  let inputs = Vector([.infinity, -.infinity, .nan, 0, -0.0, 200, -200, -100])
  let sigmoid = Vector.sigmoid(inputs)
  #expect(sigmoid[0] == 1 && sigmoid[1] == 0 && sigmoid[2].isNaN && sigmoid[3] == 0.5 && sigmoid[4] == 0.5)
  #expect(sigmoid[5] == 1 && sigmoid[6] == 0 && sigmoid[7] == 0)
  let tanh = Vector.tanh(inputs)
  #expect(tanh[0] == 1 && tanh[1] == -1 && tanh[2].isNaN && tanh[5] == 1 && tanh[6] == -1)
  #expect(tanh[3].bitPattern == 0 && tanh[4].bitPattern == Float(-0.0).bitPattern)
  let tail = Vector.logOnePlusExpNegative(inputs)
  #expect(tail[0] == 0 && tail[1] == 0 && tail[2].isNaN && tail[3] == 0.693_147_2 && tail[5] == 0)
}

@Test func quartersOfATurnAreExact() {
  let (sine, cosine) = Vector.sineAndCosine(turns: [0, 0.25, 0.5, 0.75, 0, 0.25, 0.5, 0.75])
  #expect(sine == [0, 1, 0, -1, 0, 1, 0, -1])
  #expect(cosine == [1, 0, -1, 0, 1, 0, -1, 0])
}

/// Fixed answers of a few inputs to the bit: another processor, compiler or coefficient that changes them changes
/// the bytes of every run.
@Test func bitsAreThoseOfTheFirstRelease() {
  let inputs: Vector = [0.1, -0.3, 0.7, 1.9, -2.6, 5.3, -11, 17]
  func expectBits(
    _ results: Vector, _ expected: SIMD8<UInt32>, sourceLocation: SourceLocation = #_sourceLocation
  ) {
    #expect(unsafeBitCast(results, to: SIMD8<UInt32>.self) == expected, sourceLocation: sourceLocation)
  }
  let (sine, cosine) = Vector.sineAndCosine(turns: .magnitude(inputs) / 17.5)
  expectBits(
    .exp(inputs),
    [0x3f8d_763e, 0x3f3d_a643, 0x4000_e153, 0x40d5_f2d8, 0x3d98_1cc0, 0x4348_563c, 0x378c_1aa1, 0x4bb8_49a4])
  expectBits(
    .log(.magnitude(inputs)),
    [0xc013_5d8e, 0xbf9a_1bc8, 0xbeb6_9e1a, 0x3f24_5089, 0x3f74_9c65, 0x3fd5_776b, 0x4019_771e, 0x4035_535e])
  expectBits(
    .tanh(inputs),
    [0x3dcc_1ebc, 0xbe95_26ee, 0x3f1a_b7d9, 0x3f74_cbfa, 0xbf7d_30e7, 0x3f7f_fcbc, 0xbf80_0000, 0x3f80_0000])
  expectBits(
    .sigmoid(inputs),
    [0x3f06_6509, 0x3ed9_e2ab, 0x3f2b_0e5a, 0x3f5e_b137, 0x3d8d_9873, 0x3f7e_ba7e, 0x378c_1a08, 0x3f80_0000])
  expectBits(
    .logOnePlusExpNegative(inputs),
    [0x3f24_f72e, 0x3f0d_ea3a, 0x3ece_6e67, 0x3e0e_bb67, 0x3d92_ba75, 0x3ba3_285b, 0x378c_1a54, 0x3331_cf18])
  expectBits(
    sine,
    [0x3d13_07e5, 0x3ddc_2ad9, 0x3e7e_a88f, 0x3f21_6749, 0x3f4d_bfd7, 0x3f72_02db, 0xbf39_0917, 0xbe36_d79e])
  expectBits(
    cosine,
    [0x3f7f_d5c3, 0x3f7e_8433, 0x3f77_f511, 0x3f46_b548, 0x3f18_5372, 0xbea6_eeae, 0xbf30_e97a, 0x3f7b_e2cf])
}

@Test(arguments: 0...17) func tailsHaveTheBitsOfTheBody(count: Int) {
  let input = AlignedBuffer((0..<24).map { Float($0) * 0.37 - 3 })
  let whole = AlignedBuffer<Float>(count: 24)
  let part = AlignedBuffer([Float](repeating: 9, count: 24))
  mapVectors(input.pointer, whole.pointer, count: 24) { .tanh($0) }
  mapVectors(input.pointer, part.pointer, count: count) { .tanh($0) }
  #expect(part.array == Array(whole.array[..<count]) + [Float](repeating: 9, count: 24 - count))
}
