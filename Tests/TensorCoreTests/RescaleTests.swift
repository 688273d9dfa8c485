import TensorCore
import TestSupport
import Testing

@Test(arguments: [1, 2, 3]) func rescaleRoundsOnce(threads: Int) {
  let team = ThreadTeam(count: threads)
  for count in [0, 1, 7, 8, 63, 65, 200] {
    let source = FencedBuffer(randomFloats(count, seed: 6, low: -3, high: 3))
    let target = FencedBuffer(count: count)
    rescale(
      source.pointer, scale: 1.7, offset: -0.3, into: target.pointer, count: count, team: team)
    #expect(target.isIntact && source.isIntact)
    expectSameBits(
      "rescaled", target.array, source.array.map { Float(-0.3).addingProduct($0, 1.7) })
  }
}

/// The bytes of an image, taken to [-1, 1] and back, are the same bytes; black and white are exact.
@Test func rescalingThereAndBackKeepsBytes() {
  let bytes = (0...255).map { Float($0) / 255 }
  let values = AlignedBuffer(bytes)
  rescale(
    values.pointer, scale: 2, offset: -1, into: values.pointer, count: 256, team: singleThread)
  #expect(values.pointer[0] == -1 && values.pointer[255] == 1)
  rescale(
    values.pointer, scale: 0.5, offset: 0.5, into: values.pointer, count: 256, team: singleThread)
  #expect(zip(values.array, bytes).allSatisfy { abs($0 - $1) <= 0x1p-24 })
  #expect(values.array.map { ($0 * 255).rounded() } == (0...255).map(Float.init))
}
