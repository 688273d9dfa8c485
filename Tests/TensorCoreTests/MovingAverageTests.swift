import TensorCore
import TestSupport
import Testing

/// All lengths around a vector's, so that whole vectors and the rest of one give the same bits.
@Test func averagesMoveTowardsValues() {
  for count in [1, 7, 8, 9, 64, 1003] {
    let values = randomFloats(count, seed: 1)
    let before = randomFloats(count, seed: 2)
    let averages = FencedBuffer(before)
    values.withUnsafeBufferPointer {
      moveAverages(
        averages.pointer, towards: $0.baseAddress!, weight: 0.125, count: count, team: ThreadTeam(count: 2))
    }
    let expected = zip(before, values).map { $0.addingProduct($1 - $0, 0.125) }
    expectSameBits("averages", Array(UnsafeBufferPointer(start: averages.pointer, count: count)), expected)
  }
}
