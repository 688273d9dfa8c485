import TensorCore
import TestSupport
import Testing

private let offsets = [0, 2, 2, 3, 7]
private let rows = ShardedRows(offsets: offsets)

/// Channels of every remainder of a cache line.
private let shapes = [1, 7, 8, 13, 16, 24, 29, 32, 64].map { ImageShape(height: 3, width: 1, channels: $0) }

/// The sum of `term(shard, channel, place)` over each shard's pixels in order, (shards, channels).
private func shardSums(_ shape: ImageShape, _ term: (Int, Int, Int) -> Double) -> [Double] {
  (0..<rows.shardCount).flatMap { shard in
    (0..<shape.channels).map { channel in
      (offsets[shard] * 3..<offsets[shard + 1] * 3).reduce(0.0) {
        $0 + term(shard, channel, $1 * shape.channels + channel)
      }
    }
  }
}

@Test(arguments: shapes) func shardSumsAreSumsInOrder(shape: ImageShape) {
  let count = rows.rowCount * shape.count
  let (input, gradient) = (FencedBuffer(wideFloats(count, seed: 1)), FencedBuffer(wideFloats(count, seed: 3)))
  let (x, g) = (input.array.map(Double.init), gradient.array.map(Double.init))
  let means = randomFloats(4 * shape.channels, seed: 5).map(Double.init)
  let stride = shape.channels + 2
  func compact(_ sums: [Double]) -> [Double] {
    #expect(sums.enumerated().allSatisfy { $0.offset % stride < shape.channels || $0.element == -1 })
    return sums.enumerated().filter { $0.offset % stride < shape.channels }.map(\.element)
  }
  for threads in 1...3 {
    let team = ThreadTeam(count: threads)
    var sums = [Double](repeating: -1, count: 4 * stride)
    shardChannelSums(input.pointer, shape: shape, into: &sums, stride: stride, rows: rows, team: team)
    expectSameBits("sums", compact(sums), shardSums(shape) { x[$2] })
    shardSquaredDeviations(
      input.pointer, means: means, shape: shape, into: &sums, stride: stride, rows: rows, team: team)
    expectSameBits(
      "squares", compact(sums),
      shardSums(shape) { shard, channel, place in
        let deviation = x[place] - means[shard * shape.channels + channel]
        return deviation * deviation
      })
    shardDeviationProducts(
      gradient.pointer, input.pointer, means: means, shape: shape, into: &sums, stride: stride, rows: rows,
      team: team)
    expectSameBits(
      "products", compact(sums),
      shardSums(shape) { g[$2] * (x[$2] - means[$0 * shape.channels + $1]) })
  }
  #expect(input.isIntact && gradient.isIntact)
}

@Test(arguments: shapes) func normalizationIsItsFormula(shape: ImageShape) {
  let count = rows.rowCount * shape.count
  let (input, gradient) = (
    FencedBuffer(randomFloats(count, seed: 1)), FencedBuffer(randomFloats(count, seed: 3))
  )
  let factors = ChannelFactors(
    means: randomFloats(4 * shape.channels, seed: 5), scales: randomFloats(4 * shape.channels, seed: 6))
  let shifts = FencedBuffer(randomFloats(shape.channels, seed: 7))
  let slopes = randomFloats(4 * shape.channels, seed: 8)
  let shardOffsets = randomFloats(4 * shape.channels, seed: 9)
  func places(_ formula: (_ factor: Int, _ channel: Int, _ place: Int) -> Float) -> [Float] {
    (0..<count).map { place in
      let shard = offsets.lastIndex { $0 <= place / shape.count }!
      let channel = place % shape.channels
      return formula(shard * shape.channels + channel, channel, place)
    }
  }
  let (x, g, shift) = (input.array, gradient.array, shifts.array)
  let expected = places { factor, channel, place in
    let value = shift[channel].addingProduct(x[place] - factors.means[factor], factors.scales[factor])
    return value < 0 ? value * 0.2 : value
  }
  let expectedGradient = places { factor, channel, place in
    shardOffsets[factor].addingProduct(x[place] - factors.means[factor], slopes[factor])
      .addingProduct(g[place], factors.scales[factor])
  }
  for threads in 1...3 {
    let team = ThreadTeam(count: threads)
    let (output, inputGradient) = (FencedBuffer(count: count), FencedBuffer(count: count))
    normalizeChannels(
      input.pointer, factors: factors, shifts: shifts.pointer, negativeSlope: 0.2, into: output.pointer,
      shape: shape, rows: rows, team: team)
    expectSameBits("output", output.array, expected)
    normalizeChannelsGradient(
      gradient.pointer, input: input.pointer, factors: factors, slopes: slopes, offsets: shardOffsets,
      into: inputGradient.pointer, shape: shape, rows: rows, team: team)
    expectSameBits("gradient", inputGradient.array, expectedGradient)
    #expect([input, gradient, output, inputGradient, shifts].allSatisfy { $0.isIntact })
  }
}
