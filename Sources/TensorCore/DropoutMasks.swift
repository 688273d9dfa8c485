import RandomNumbers

/// Which values of each row dropout keeps: a bit each, set for those kept.
public final class DropoutMasks {
  /// Values of a row.
  public let count: Int
  public let rows: Int
  /// (rows, wordsPerRow): bit b of word w is value 16 w + b.
  private let words: AlignedBuffer<UInt16>
  private let wordsPerRow: Int

  public init(count: Int, rows: Int) {
    self.count = count
    self.rows = rows
    wordsPerRow = (count + 15) / 16
    words = AlignedBuffer(count: rows * wordsPerRow)
  }

  /// Draws the masks of as many rows as there are indices.
  ///
  /// Value e of the row with index i is kept where word e mod 4 of the block with counter (step, i, lane e / 4), as a
  /// uniform number in [0, 1), is at least `rate`: no other row matters.
  ///
  /// - Precondition: rate in [0, 1].
  public func draw(rate: Float, key: RandomKey, step: Int, indices: ArraySlice<Int32>, team: ThreadTeam) {
    precondition(indices.count <= rows && rate >= 0 && rate <= 1)
    // Uniform numbers are the words' upper 24 bits: those below the rate are the words below this.
    let threshold = SIMD4<Int64>(repeating: Int64((rate * 0x1p24).rounded(.up)) << 8)
    team.forEachRange(indices.count) { range in
      for row in range {
        let index = Int(indices[indices.startIndex + row])
        let mask = words.pointer + row * wordsPerRow
        for word in 0..<wordsPerRow {
          mask[word] = keptBits(
            key.fourBlocks(step: step, index: index, firstLane: 4 * word), threshold: threshold)
        }
      }
    }
  }

  /// Sets `result` to `scale` times the values that are kept, and zero for the others; `result` may be `values`.
  ///
  /// - Parameter values: (rows, count).
  public func apply(
    _ values: UnsafePointer<Float>, to result: UnsafeMutablePointer<Float>, scale: Float, rows: Int,
    team: ThreadTeam
  ) {
    precondition(rows <= self.rows)
    let bits = SIMD8<UInt32>(1, 2, 4, 8, 16, 32, 64, 128)
    team.forEachRange(rows) { range in
      for row in range {
        let mask = words.pointer + row * wordsPerRow
        let (source, target) = (values + row * count, result + row * count)
        forEachChannelVector(count) { first, width in
          let byte = UInt32(mask[first >> 4] &>> UInt16(first & 8)) & 0xFF
          let isKept = (SIMD8(repeating: byte) & bits) .!= SIMD8<UInt32>.zero
          let value = Vector.loadPartial(source + first, count: width) * scale
          Vector.zero.replacing(with: value, where: isKept).storePartial(target + first, count: width)
        }
      }
    }
  }
}

/// The bits of the sixteen words of four blocks that are at least `threshold`.
@inline(__always)
private func keptBits(_ blocks: PhiloxBlocks, threshold: SIMD4<Int64>) -> UInt16 {
  let firstOfBlock = SIMD4<Int64>(1, 1 << 4, 1 << 8, 1 << 12)
  func bits(_ words: SIMD4<UInt64>, _ place: Int64) -> SIMD4<Int64> {
    let isKept = SIMD4<Int64>(truncatingIfNeeded: words) .>= threshold
    return SIMD4<Int64>.zero.replacing(with: firstOfBlock &<< place, where: isKept)
  }
  let kept = bits(blocks.x, 0) | bits(blocks.y, 1) | bits(blocks.z, 2) | bits(blocks.w, 3)
  return UInt16(truncatingIfNeeded: kept.wrappedSum())
}

extension DropoutMasks {
  /// `draw` and `apply` as they are defined, value by value: (indices, count).
  public static func reference<Scalar: BinaryFloatingPoint>(
    _ values: [Scalar], rate: Float, key: RandomKey, step: Int, indices: ArraySlice<Int32>
  ) -> [Scalar] {
    let count = values.count / max(indices.count, 1)
    return values.enumerated().map { place, value in
      let (row, element) = place.quotientAndRemainder(dividingBy: count)
      let index = Int(indices[indices.startIndex + row])
      let word = key.words(step: step, index: index, lane: element / 4)[element % 4]
      return unitUniform(word) < rate ? 0 : value * Scalar(1 / (1 - rate))
    }
  }
}
