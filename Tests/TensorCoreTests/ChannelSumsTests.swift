import TensorCore
import TestSupport
import Testing

// The bias gradient of convolutions.

/// Fewer channels than lanes, whole vectors, blocks of 32 and what is left of them; images of fewer pixels than lanes.
private let shapes = [1, 2, 3, 7, 8, 9, 16, 17, 32, 33, 43, 64, 104].flatMap { channels in
  [(1, 1), (1, 5), (2, 4), (5, 7), (13, 11)].map {
    ImageShape(height: $0.0, width: $0.1, channels: channels)
  }
}

private func sums(
  _ images: FencedBuffer, _ shape: ImageShape, first: Int = 0, offsets: [Int],
  team: ThreadTeam = singleThread
) -> [Float] {
  let result = FencedBuffer(count: shape.channels)
  channelSums(
    images.pointer + first * shape.count, shape: shape, into: result.pointer,
    rows: ShardedRows(offsets: offsets),
    team: team)
  #expect(result.isIntact)
  return result.array
}

@Test func channelSumsAreTheReference() {
  for shape in shapes {
    let images = FencedBuffer(randomFloats(5 * shape.count, seed: 3))
    let exact = channelSumsReference(images.doubles, channels: shape.channels)
    let magnitudes = channelSumsReference(images.magnitudes, channels: shape.channels)
    for offsets in [[0, 5], [0, 1, 2, 4, 5], [0, 0, 2, 2, 2, 5, 5, 5, 5]] {
      expectWithinRounding(
        "sums of \(shape)", sums(images, shape, offsets: offsets), exact: exact, magnitudes: magnitudes,
        terms: 5 * shape.pixelCount)
    }
    #expect(sums(images, shape, offsets: [0, 0]).allSatisfy { $0 == 0 })
  }
}

@Test func channelSumsAreThoseOfTheShardsInTheirTree() {
  for shape in shapes {
    let images = FencedBuffer(wideFloats(11 * shape.count, seed: 5))
    let offsets = [0, 1, 1, 4, 6, 7, 9, 10, 11]
    let parts = zip(offsets, offsets.dropFirst()).map {
      sums(images, shape, first: $0, offsets: [0, $1 - $0])
    }
    for threads in [1, 2, 3] {
      expectSameBits(
        "\(threads) threads, \(shape)",
        sums(images, shape, offsets: offsets, team: ThreadTeam(count: threads)), treeSum(parts))
    }
  }
}

/// With 8 channels or more, pixel by pixel and then the rows; with fewer, every eighth pixel, the rows, and the 8 sums.
@Test(arguments: [3, 8, 35]) func aShardsChannelsAreSummedInOneOrder(channels: Int) {
  let shape = ImageShape(height: 5, width: 7, channels: channels)
  let images = FencedBuffer(wideFloats(3 * shape.count, seed: 9))
  let chains = channels < 8 ? 8 : 1
  let expected = (0..<channels).map { channel in
    var sums = [Float](repeating: 0, count: chains)
    for row in 0..<3 {
      var ofRow = [Float](repeating: 0, count: chains)
      for pixel in 0..<shape.pixelCount {
        ofRow[pixel % chains] += images.pointer[(row * shape.pixelCount + pixel) * channels + channel]
      }
      for chain in 0..<chains { sums[chain] += ofRow[chain] }
    }
    return sums.dropFirst().reduce(sums[0], +)
  }
  expectSameBits("sums", sums(images, shape, offsets: [0, 3]), expected)
}

/// A batch of 128 in one shard whose pixels hardly differ, as a background's gradients: rounding goes the same way in each
/// addition.
@Test(arguments: [1, 3, 8, 11, 32]) func equalPixelsAreSummedWithinTheBoundOfGradients(channels: Int) {
  let shape = ImageShape(height: 28, width: 28, channels: channels)
  let images = FencedBuffer([Float](repeating: 0.37, count: 128 * shape.count))
  let expected = [Double](repeating: Double(Float(0.37)) * 128 * 784, count: channels)
  let actual = sums(images, shape, offsets: [0, 128])
  expectClose("sums", actual.map(Double.init), expected, tolerance: 5e-5)
}
