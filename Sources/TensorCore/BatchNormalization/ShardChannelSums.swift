// Sums over the pixels of a shard, channel by channel, in Double: what batch normalization takes its statistics from.
// The pixels of a shard's rows are added in order; the caller adds the shards in their tree.
//
// Every function writes `sums[shard * stride + channel]` for all shards, zero for an empty one.

/// The sums of the values.
///
/// - Parameters:
///   - images: (rows, shape.count), channels last.
///   - stride: from one shard's sums to the next's; at least the channels.
public func shardChannelSums(
  _ images: UnsafePointer<Float>, shape: ImageShape, into sums: UnsafeMutablePointer<Double>, stride: Int,
  rows: ShardedRows, team: ThreadTeam
) {
  sumShards(shape, into: sums, stride: stride, rows: rows, team: team) { _, _, place, width in
    SIMD8<Double>(Vector.loadPartial(images + place, count: width))
  }
}

/// The sums of squared deviations from `means`.
///
/// - Parameter means: (shards, channels).
public func shardSquaredDeviations(
  _ images: UnsafePointer<Float>, means: UnsafePointer<Double>, shape: ImageShape,
  into sums: UnsafeMutablePointer<Double>, stride: Int, rows: ShardedRows, team: ThreadTeam
) {
  sumShards(shape, into: sums, stride: stride, rows: rows, team: team) { shard, channel, place, width in
    let mean = loadDoubles(means + (shard * shape.channels + channel), count: width)
    let deviation = SIMD8<Double>(Vector.loadPartial(images + place, count: width)) - mean
    return deviation * deviation
  }
}

/// The sums of products of gradients and the images' deviations from `means`.
///
/// - Parameters:
///   - gradients: as `images`.
///   - means: (shards, channels).
public func shardDeviationProducts(
  _ gradients: UnsafePointer<Float>, _ images: UnsafePointer<Float>, means: UnsafePointer<Double>,
  shape: ImageShape, into sums: UnsafeMutablePointer<Double>, stride: Int, rows: ShardedRows, team: ThreadTeam
) {
  sumShards(shape, into: sums, stride: stride, rows: rows, team: team) { shard, channel, place, width in
    let mean = loadDoubles(means + (shard * shape.channels + channel), count: width)
    let deviation = SIMD8<Double>(Vector.loadPartial(images + place, count: width)) - mean
    return SIMD8<Double>(Vector.loadPartial(gradients + place, count: width)) * deviation
  }
}

/// Adds up `term(shard, channel, place, width)` over the pixels of each shard, `place` being the offset of the vector's
/// first value; sixteen channels, a cache line, at a time. Members of the team take shards and channels, never parts of a
/// sum.
@inline(__always)
private func sumShards(
  _ shape: ImageShape, into sums: UnsafeMutablePointer<Double>, stride: Int, rows: ShardedRows,
  team: ThreadTeam, _ term: (_ shard: Int, _ channel: Int, _ place: Int, _ width: Int) -> SIMD8<Double>
) {
  let channels = shape.channels
  let groups = (channels + 15) / 16
  rows.offsets.withUnsafeBufferPointer { offsets in
    team.forEachRange(rows.shardCount * groups) { range in
      for item in range {
        let (shard, group) = item.quotientAndRemainder(dividingBy: groups)
        let channel = 16 * group
        let pixels = offsets[shard] * shape.pixelCount..<offsets[shard + 1] * shape.pixelCount
        let result = sums + (shard * stride + channel)
        let width = min(16, channels - channel)
        var low = SIMD8<Double>.zero
        if width == 16 {
          var high = SIMD8<Double>.zero
          for pixel in pixels {
            low += term(shard, channel, pixel &* channels &+ channel, 8)
            high += term(shard, channel &+ 8, pixel &* channels &+ channel &+ 8, 8)
          }
          storeDoubles(low, result, count: 8)
          storeDoubles(high, result + 8, count: 8)
        } else {
          forEachChannelVector(width) { first, width in
            low = .zero
            for pixel in pixels {
              low += term(shard, channel &+ first, pixel &* channels &+ channel &+ first, width)
            }
            storeDoubles(low, result + first, count: width)
          }
        }
      }
    }
  }
}

/// The first `count` lanes from memory, 1...8 of them, zero in the others.
@inline(__always)
func loadDoubles(_ pointer: UnsafePointer<Double>, count: Int) -> SIMD8<Double> {
  if count == 8 { return UnsafeRawPointer(pointer).loadUnaligned(as: SIMD8<Double>.self) }
  var lanes = SIMD8<Double>.zero
  for lane in 0..<count { lanes[lane] = pointer[lane] }
  return lanes
}

/// Writes the first `count` lanes, 1...8 of them.
@inline(__always)
func storeDoubles(_ lanes: SIMD8<Double>, _ pointer: UnsafeMutablePointer<Double>, count: Int) {
  if count == 8 {
    UnsafeMutableRawPointer(pointer).storeBytes(of: lanes, as: SIMD8<Double>.self)
  } else {
    for lane in 0..<count { pointer[lane] = lanes[lane] }
  }
}
