import TensorCore
import TestSupport
import Testing

@Test(arguments: [0, 1, 7, 8, 15, 16, 17, 1023, 1024, 1025, 10_007])
func squaredNormIsTheSumOfSquares(count: Int) {
  let values = FencedBuffer(wideFloats(count, seed: 1))
  let expected = values.doubles.reduce(0) { $0 + $1 * $1 }
  #expect(abs(squaredNorm(values.pointer, count: count, team: singleThread) - expected) <= 1e-6 * expected)
}

@Test func squaredNormShowsWhatIsNotFinite() {
  #expect(squaredNorm([1, .nan, 2], count: 3, team: singleThread).isNaN)
  #expect(squaredNorm([1, .infinity, 2], count: 3, team: singleThread) == .infinity)
  #expect(squaredNorm([1e30, 1], count: 2, team: singleThread) == .infinity, "a square beyond Float")
}

/// Of a small model the last ranks own nothing, which begins wherever the values end.
@Test func anEmptyPartHasNoBlocks() {
  var blocks = [7.0, 7.0]
  squaredNorms(
    [Float](repeating: 1, count: 1500), part: 1500..<1500, blocks: &blocks, team: ThreadTeam(count: 1))
  #expect(blocks == [7, 7])
}
