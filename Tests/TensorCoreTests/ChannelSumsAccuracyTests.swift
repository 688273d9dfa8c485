import TensorCore
import TestSupport
import Testing

private let samples = [1, 2, 3, 5, 7, 8, 13, 16, 40].flatMap { channels in
  [ImageShape(height: 3, width: 3, channels: channels), ImageShape(height: 9, width: 4, channels: channels)]
}

private func sums(
  _ images: FencedBuffer, _ shape: ImageShape, offsets: [Int], team: ThreadTeam = singleThread
) -> [Float] {
  let result = FencedBuffer(count: shape.channels)
  channelSums(
    images.pointer, shape: shape, into: result.pointer, rows: ShardedRows(offsets: offsets), team: team)
  #expect(result.isIntact)
  return result.array
}

@Test(arguments: samples) func channelSumsAreSumsOverPixels(shape: ImageShape) {
  let images = FencedBuffer(randomFloats(5 * shape.count, seed: 1))
  var expected = [Double](repeating: 0, count: shape.channels)
  for (index, value) in images.array.enumerated() { expected[index % shape.channels] += Double(value) }
  for offsets in [[0, 5], [0, 2, 2, 3, 5]] {
    let actual = sums(images, shape, offsets: offsets)
    expectClose("sums", actual.map(Double.init), expected, tolerance: 1e-5)
    for threads in [2, 3] {
      expectSameBits(
        "\(threads)", sums(images, shape, offsets: offsets, team: ThreadTeam(count: threads)), actual)
    }
  }
  #expect(sums(FencedBuffer([]), shape, offsets: [0, 0, 0]).allSatisfy { $0 == 0 })
}

/// The tree over shards, so that ranks can add their parts.
@Test(arguments: samples) func channelSumsAreTheTreeOfTheirShards(shape: ImageShape) {
  let images = randomFloats(7 * shape.count, seed: 2)
  let offsets = [0, 2, 3, 3, 7]
  let parts = (0..<4).map { shard in
    let own = images[offsets[shard] * shape.count..<offsets[shard + 1] * shape.count]
    return sums(FencedBuffer(Array(own)), shape, offsets: [0, offsets[shard + 1] - offsets[shard]])
  }
  expectSameBits("sums", sums(FencedBuffer(images), shape, offsets: offsets), treeSum(parts))
}

/// A batch of 128 in one shard whose pixels hardly differ, as a background's gradients: rounding goes the same way in each
/// addition.
@Test(arguments: [1, 3, 8]) func equalPixelsAreSummedWithinTheBoundOfGradients(channels: Int) {
  let shape = ImageShape(height: 28, width: 28, channels: channels)
  let images = FencedBuffer([Float](repeating: 0.37, count: 128 * shape.count))
  let expected = [Double](repeating: Double(Float(0.37)) * 128 * 784, count: channels)
  expectClose("sums", sums(images, shape, offsets: [0, 128]).map(Double.init), expected, tolerance: 5e-5)
}
