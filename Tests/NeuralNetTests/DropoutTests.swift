import Diagnostics
import NeuralNet
import RandomNumbers
import TensorCore
import TestSupport
import Testing

/// What a layer makes of ones, row by row: of the samples with these indices.
private func masks(
  count: Int, rate: Float = 0.3, indices: ArraySlice<Int32>, seed: UInt32 = 1, step: Int = 2, stream: Int = 3,
  team: ThreadTeam = singleThread
) throws -> [[Float]] {
  let layer = try Dropout("dropout", count: count, rate: rate, stream: stream)
  let pass = Pass(
    rows: ShardedRows(offsets: [0, indices.count]), team: team,
    training: TrainingPass(seed: seed, step: step, sampleIndices: indices, sums: LocalShardSums()))
  let ones = [Float](repeating: 1, count: indices.count * count)
  let result = run(layer, input: ones, outputGradient: ones, rows: indices.count, pass: pass)
  #expect(result.output == result.inputGradient, "the way back has another mask")
  return (0..<indices.count).map { Array(result.output[$0 * count..<($0 + 1) * count]) }
}

@Test(arguments: [1, 7, 16, 100, 1003]) func dropoutIsItsReference(count: Int) throws {
  let indices: [Int32] = [8, 0, 59_999, 3, 4]
  let expected = DropoutMasks.reference(
    [Float](repeating: 1, count: 5 * count), rate: 0.3,
    key: RandomKey(seed: 1, purpose: .dropout, layer: 3), step: 2, indices: indices[...])
  for threads in 1...3 {
    let team = ThreadTeam(count: threads)
    expectSameBits(
      "masks", try masks(count: count, indices: indices[...], team: team).flatMap { $0 }, expected)
  }
}

@Test func aSamplesMaskDoesNotDependOnItsRow() throws {
  let together = try masks(count: 50, indices: [7, 3, 9, 1])
  let inOtherOrder = try masks(count: 50, indices: [1, 2, 3, 4, 9, 7][2...])
  #expect(inOtherOrder[0] == together[1] && inOtherOrder[2] == together[2] && inOtherOrder[3] == together[0])
  #expect(Set(together).count == 4)
}

@Test func masksDifferBetweenStepsStreamsAndSeeds() throws {
  let mask = try masks(count: 200, indices: [7])
  #expect(try masks(count: 200, indices: [7]) == mask)
  #expect(try masks(count: 200, indices: [7], seed: 2) != mask)
  #expect(try masks(count: 200, indices: [7], step: 3) != mask)
  #expect(try masks(count: 200, indices: [7], stream: 4) != mask)
}

/// As many are dropped as asked for, within five standard deviations, and the sum stays what it was.
@Test(arguments: [Float(0.1), 0.5, 0.9]) func valuesAreDroppedAtTheRate(rate: Float) throws {
  let values = try masks(count: 1000, rate: rate, indices: ArraySlice(0..<100)).flatMap { $0 }
  let dropped = values.count { $0 == 0 }
  let expected = Double(rate) * 100_000
  #expect(abs(Double(dropped) - expected) < 5 * (expected * (1 - Double(rate))).squareRoot())
  #expect(values.allSatisfy { $0 == 0 || $0 == 1 / (1 - rate) })
}

@Test func nothingIsDroppedOutsideTrainingOrAtRateZero() throws {
  let input = randomFloats(60, seed: 1)
  let gradient = randomFloats(60, seed: 2)
  let outside = run(
    try Dropout("dropout", count: 20, rate: 0.5, stream: 0), input: input, outputGradient: gradient, rows: 3)
  #expect(outside.output == input && outside.inputGradient == gradient)
  let never = run(
    try Dropout("dropout", count: 20, rate: 0, stream: 0), input: input, outputGradient: gradient, rows: 3,
    pass: trainingPass([0, 3]))
  #expect(never.output == input && never.inputGradient == gradient)
}

@Test(arguments: [Float(1), -0.1, .nan]) func rateOutsideItsRangeIsRefused(rate: Float) {
  #expect(throws: Failure.self) { try Dropout("dropout", count: 1, rate: rate, stream: 0) }
}
