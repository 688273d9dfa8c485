/// What `normalizeChannels` and its gradient multiply by: each (shards, channels), for the pixels of a shard's rows.
public struct ChannelFactors: Sendable {
  public var means: [Float]
  public var scales: [Float]

  public init(means: [Float], scales: [Float]) {
    self.means = means
    self.scales = scales
  }
}

/// output = finish((input - mean) * scale + shift), where finish multiplies negative values by `negativeSlope`.
///
/// - Parameters:
///   - input: (rows, shape.count), channels last; `output` likewise.
///   - factors: (shards, channels).
///   - shifts: (channels).
public func normalizeChannels(
  _ input: UnsafePointer<Float>, factors: ChannelFactors, shifts: UnsafePointer<Float>, negativeSlope: Float,
  into output: UnsafeMutablePointer<Float>, shape: ImageShape, rows: ShardedRows, team: ThreadTeam
) {
  let slope = Vector(repeating: negativeSlope)
  factors.means.withUnsafeBufferPointer { means in
    factors.scales.withUnsafeBufferPointer { scales in
      let (means, scales) = (means.baseAddress!, scales.baseAddress!)
      forEachPixelVector(shape, rows: rows, team: team) { factor, channel, place, width in
        let deviation =
          Vector.loadPartial(input + place, count: width) - .loadPartial(means + factor, count: width)
        let value = multiplyAdd(
          deviation, .loadPartial(scales + factor, count: width), .loadPartial(shifts + channel, count: width)
        )
        value.replacing(with: value * slope, where: value .< Vector.zero)
          .storePartial(output + place, count: width)
      }
    }
  }
}

/// inputGradient = scale * outputGradient + slope * (input - mean) + offset: how the gradient goes back through a
/// normalisation whose statistics depend on the input.
///
/// - Parameters:
///   - outputGradient: (rows, shape.count), channels last; `input` and `inputGradient` likewise.
///   - factors: (shards, channels).
///   - slopes: (shards, channels); `offsets` likewise.
public func normalizeChannelsGradient(
  _ outputGradient: UnsafePointer<Float>, input: UnsafePointer<Float>, factors: ChannelFactors,
  slopes: [Float], offsets: [Float], into inputGradient: UnsafeMutablePointer<Float>, shape: ImageShape,
  rows: ShardedRows, team: ThreadTeam
) {
  factors.means.withUnsafeBufferPointer { means in
    factors.scales.withUnsafeBufferPointer { scales in
      slopes.withUnsafeBufferPointer { slopes in
        offsets.withUnsafeBufferPointer { offsets in
          let (means, scales) = (means.baseAddress!, scales.baseAddress!)
          let (slopes, offsets) = (slopes.baseAddress!, offsets.baseAddress!)
          forEachPixelVector(shape, rows: rows, team: team) { factor, _, place, width in
            let deviation =
              Vector.loadPartial(input + place, count: width) - .loadPartial(means + factor, count: width)
            let statistics = multiplyAdd(
              deviation, .loadPartial(slopes + factor, count: width),
              .loadPartial(offsets + factor, count: width))
            multiplyAdd(
              .loadPartial(outputGradient + place, count: width),
              .loadPartial(scales + factor, count: width), statistics
            ).storePartial(inputGradient + place, count: width)
          }
        }
      }
    }
  }
}

/// Calls `body(factor, channel, place, width)` for every vector of channels of every pixel, shared over the team row by
/// row: `factor` is the offset of the vector's factors, `place` that of its values.
@inline(__always)
private func forEachPixelVector(
  _ shape: ImageShape, rows: ShardedRows, team: ThreadTeam,
  _ body: (_ factor: Int, _ channel: Int, _ place: Int, _ width: Int) -> Void
) {
  let channels = shape.channels
  rows.offsets.withUnsafeBufferPointer { offsets in
    team.forEachRange(rows.rowCount) { range in
      for shard in 0..<rows.shardCount {
        let first = max(range.lowerBound, offsets[shard]) &* shape.pixelCount
        let last = min(range.upperBound, offsets[shard &+ 1]) &* shape.pixelCount
        var pixel = first
        while pixel < last {
          forEachChannelVector(channels) { channel, width in
            body(shard &* channels &+ channel, channel, pixel &* channels &+ channel, width)
          }
          pixel &+= 1
        }
      }
    }
  }
}
