/// sums[c] = sum over rows and pixels of images[row, pixel, c]: a convolution's bias gradient.
///
/// With 8 channels or more, a chain over the pixels of each image; with fewer, 8 chains of every eighth pixel. Then the
/// images of a shard in order, and the shards in their binary tree. One chain over all pixels of a shard would be up to
/// 5e-4 off where gradients are nearly equal, as those of a background: every addition to a sum that has become large
/// is then rounded the same way. Threads take shards side by side.
///
/// - Parameters:
///   - images: (rows, shape.count), channels last.
///   - sums: (channels).
public func channelSums(
  _ images: UnsafePointer<Float>, shape: ImageShape, into sums: UnsafeMutablePointer<Float>,
  rows: ShardedRows, team: ThreadTeam
) {
  let channels = shape.channels
  let width = channels < 8 ? 8 * channels : (channels + 7) / 8 * 8
  let shards = rows.shardCount
  withUnsafeTemporaryAllocation(byteCount: shards * width * 4, alignment: 64) { raw in
    let partials = raw.initializeMemory(as: Float.self, repeating: 0).baseAddress!
    rows.offsets.withUnsafeBufferPointer { offsets in
      team.forEachShare(shards) { _, share in
        for shard in share {
          let partial = partials + shard * width
          for row in offsets[shard]..<offsets[shard + 1] {
            if channels < 8 {
              addFewChannels(images + row * shape.count, shape: shape, to: partial)
            } else {
              addManyChannels(images + row * shape.count, shape: shape, to: partial)
            }
          }
          if channels < 8 { foldLanes(partial, channels: channels) }
        }
      }
    }
    var step = 1
    while step < shards {
      for shard in stride(from: 0, to: shards, by: 2 * step) {
        let (sum, other) = (partials + shard * width, partials + (shard + step) * width)
        for channel in 0..<channels { sum[channel] += other[channel] }
      }
      step *= 2
    }
    sums.update(from: partials, count: channels)
  }
}

/// sums[c] = sum of images[…, c], in order.
package func channelSumsReference<Scalar: BinaryFloatingPoint>(
  _ images: [Scalar], channels: Int
) -> [Scalar] {
  columnSumsReference(images, rows: images.count / channels, columns: channels)
}

/// Adds an image's pixels, 32 channels at a time and then 8.
@inline(__always)
private func addManyChannels(
  _ image: UnsafePointer<Float>, shape: ImageShape, to partial: UnsafeMutablePointer<Float>
) {
  let channels = shape.channels
  var channel = 0
  while channel + 32 <= channels {
    let sums = partial + channel
    var (sum0, sum1, sum2, sum3) = (Vector.zero, Vector.zero, Vector.zero, Vector.zero)
    var pixel = image + channel
    for _ in 0..<shape.pixelCount {
      sum0 += .load(pixel)
      sum1 += .load(pixel, 8)
      sum2 += .load(pixel, 16)
      sum3 += .load(pixel, 24)
      pixel += channels
    }
    (Vector.load(sums) + sum0).store(sums)
    (Vector.load(sums, 8) + sum1).store(sums, 8)
    (Vector.load(sums, 16) + sum2).store(sums, 16)
    (Vector.load(sums, 24) + sum3).store(sums, 24)
    channel += 32
  }
  while channel + 8 <= channels {
    let sum = sumOfVectors(image + channel, stride: channels, count: shape.pixelCount)
    (Vector.load(partial + channel) + sum).store(partial + channel)
    channel += 8
  }
  if channel < channels {
    var sum = Vector.zero
    for pixel in 0..<shape.pixelCount {
      sum += .loadPartial(image + pixel * channels + channel, count: channels - channel)
    }
    (Vector.load(partial + channel) + sum).store(partial + channel)
  }
}

/// Adds the pixels of an image with fewer than 8 channels: float k of the image to lane k mod (8 channels).
@inline(__always)
private func addFewChannels(
  _ image: UnsafePointer<Float>, shape: ImageShape, to partial: UnsafeMutablePointer<Float>
) {
  let period = 8 * shape.channels
  let whole = shape.pixelCount / 8
  let rest = shape.count - whole * period
  var lane = 0
  while lane < period {
    var sum = sumOfVectors(image + lane, stride: period, count: whole)
    if lane < rest { sum += .loadPartial(image + whole * period + lane, count: min(8, rest - lane)) }
    (Vector.load(partial + lane) + sum).store(partial + lane)
    lane += 8
  }
}

/// The sum of the eight floats at each of `count` places.
@inline(__always)
private func sumOfVectors(_ first: UnsafePointer<Float>, stride: Int, count: Int) -> Vector {
  var sum = Vector.zero
  var place = first
  for _ in 0..<count {
    sum += .load(place)
    place += stride
  }
  return sum
}

/// Adds the 8 sums of each channel, in order, into the first.
private func foldLanes(_ partial: UnsafeMutablePointer<Float>, channels: Int) {
  for channel in 0..<channels {
    for lane in 1..<8 { partial[channel] += partial[lane * channels + channel] }
  }
}
