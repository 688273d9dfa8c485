/// A few columns of a matrix, copied next to each other so that tiles stream over them from L1; rows that are zero in all
/// of these columns are left out.
///
/// Leaving them out changes no sum, for a product with zero adds nothing (unless the other factor is not finite, which
/// shows in the loss already). About a third of Fashion-MNIST's background goes this way, and which rows go depends on
/// the data alone, never on ranks or threads.
struct PackedSlab {
  /// (rows kept, width).
  let values: UnsafeMutablePointer<Float>
  /// Where the other factor's row for each row kept begins, in floats.
  let leftOffsets: UnsafeMutablePointer<Int>
  /// Where the kept rows of each shard begin, and where the last shard's end.
  let shardOffsets: UnsafeMutablePointer<Int>

  /// Bytes of memory for a slab of up to 24 columns.
  static func byteCount(rows: Int, shards: Int) -> Int {
    rows * 24 * 4 + rows * 8 + (shards + 1) * 8
  }

  /// - Parameter memory: aligned to 64 bytes, `byteCount` long.
  init(memory: UnsafeMutableRawPointer, rows: Int, shards: Int) {
    values = memory.bindMemory(to: Float.self, capacity: rows * 24)
    leftOffsets = (memory + rows * 24 * 4).bindMemory(to: Int.self, capacity: rows)
    shardOffsets = (memory + rows * 24 * 4 + rows * 8).bindMemory(to: Int.self, capacity: shards + 1)
  }

  /// Takes `width` columns from `source` on, as rows of a multiple of 8 floats; `leftStride` is the other factor's.
  func pack(
    _ source: UnsafePointer<Float>, stride: Int, width: Int, leftStride: Int,
    offsets: UnsafeBufferPointer<Int>
  ) {
    let packedWidth = (width + 7) / 8 * 8
    var kept = 0
    shardOffsets[0] = 0
    for shard in 0..<offsets.count - 1 {
      for row in offsets[shard]..<offsets[shard + 1] {
        let isZero = copyRow(source + row * stride, width: width, to: values + kept * packedWidth)
        leftOffsets[kept] = row * leftStride
        if !isZero { kept += 1 }
      }
      shardOffsets[shard + 1] = kept
    }
  }

  /// Copies a row and tells whether all of it is zero.
  @inline(__always)
  private func copyRow(
    _ source: UnsafePointer<Float>, width: Int, to target: UnsafeMutablePointer<Float>
  ) -> Bool {
    var bits = SIMD8<UInt32>.zero
    var column = 0
    while column < width {
      let part = Vector.loadPartial(source + column, count: min(8, width - column))
      part.store(target, column)
      bits |= unsafeBitCast(part, to: SIMD8<UInt32>.self)
      column += 8
    }
    let words = unsafeBitCast(bits, to: SIMD4<UInt64>.self)
    return words.x | words.y | words.z | words.w == 0
  }
}
