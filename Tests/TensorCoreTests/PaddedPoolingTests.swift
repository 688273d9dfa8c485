import TensorCore
import TestSupport
import Testing

/// Windows beyond no, one and both borders, images smaller than a window, remainders at the end; channels of every
/// remainder of a vector.
private let poolings: [PaddedPooling] = {
  let sides = randomIntegers(60, in: 2...11, seed: 31)
  let channels = randomIntegers(30, in: 1...19, seed: 32)
  let sizes = randomIntegers(30, in: 2...5, seed: 33)
  let strides = randomIntegers(30, in: 1...3, seed: 34)
  let drawn = (0..<30).map { index in
    PaddedPooling(
      input: ImageShape(height: sides[2 * index], width: sides[2 * index + 1], channels: channels[index]),
      size: sizes[index], stride: strides[index], padding: sizes[index] / 2)
  }
  // Inception's: 3x3 with stride 1 and padding 1, or stride 2 and none.
  return drawn + [
    PaddedPooling(input: ImageShape(height: 8, width: 9, channels: 24), size: 3, stride: 1, padding: 1),
    PaddedPooling(input: ImageShape(height: 11, width: 8, channels: 13), size: 3, stride: 2, padding: 0),
    PaddedPooling(input: ImageShape(height: 1, width: 1, channels: 8), size: 3, stride: 1, padding: 1),
  ]
}()

private let rows = 3

@Test(arguments: poolings) func maximaOfPaddedWindowsAreTheirReference(pooling: PaddedPooling) {
  // All negative, so that a padding of zeros would be the largest; one NaN and one infinity.
  var images = randomFloats(rows * pooling.input.count, seed: 35, low: -4, high: -1)
  images[images.count / 2] = .nan
  images[images.count / 3] = -.infinity
  let input = FencedBuffer(images)
  let expected = pooling.maximumReference(images, rows: rows)
  for threads in 1...3 {
    let output = FencedBuffer(count: expected.count)
    pooling.maximum(input.pointer, into: output.pointer, rows: rows, team: ThreadTeam(count: threads))
    expectSameBits("output", output.array.map { $0.isNaN ? 0 : $0 }, expected.map { $0.isNaN ? 0 : $0 })
    #expect(output.array.map(\.isNaN) == expected.map(\.isNaN))
    #expect(input.isIntact && output.isIntact)
  }
}

@Test(arguments: poolings) func meansOfPaddedWindowsAreTheirReference(pooling: PaddedPooling) {
  let images = wideFloats(rows * pooling.input.count, seed: 36)
  let input = FencedBuffer(images)
  let expected = pooling.averageReference(images, rows: rows)
  for threads in 1...3 {
    let output = FencedBuffer(count: expected.count)
    pooling.average(input.pointer, into: output.pointer, rows: rows, team: ThreadTeam(count: threads))
    expectSameBits("output", output.array, expected)
    #expect(input.isIntact && output.isIntact)
  }
}
