/// Sixteen columns of a matrix, copied next to each other so that tiles stream over them from L1; where many rows are
/// zero in all of these columns, they are left out.
///
/// Leaving them out changes no sum, for a product with zero adds nothing (unless the other factor is not finite, which
/// shows in the loss already). About a third of Fashion-MNIST's background goes this way, and which rows go depends on
/// the data alone, never on ranks or threads.
struct PackedSlab {
  static let columns = 16
  /// (rows kept, 16), zero where there are fewer columns.
  let values: UnsafeMutablePointer<Float>
  /// Which rows were kept.
  let keptRows: UnsafeMutablePointer<Int32>
  /// Where the kept rows of each shard begin, and where the last shard's end.
  let shardOffsets: UnsafeMutablePointer<Int>

  static func byteCount(rows: Int, shards: Int) -> Int {
    (rows * (columns + 1) * 4 + 7) / 8 * 8 + (shards + 1) * 8
  }

  /// - Parameter memory: aligned to 64 bytes, `byteCount` long.
  init(memory: UnsafeMutableRawPointer, rows: Int, shards: Int) {
    let valueBytes = rows * Self.columns * 4
    values = memory.bindMemory(to: Float.self, capacity: rows * Self.columns)
    keptRows = (memory + valueBytes).bindMemory(to: Int32.self, capacity: rows)
    shardOffsets = (memory + (valueBytes + rows * 4 + 7) / 8 * 8)
      .bindMemory(to: Int.self, capacity: shards + 1)
  }

  /// Takes `width` columns, 1 to 16, from `source` on.
  ///
  /// - Parameter offsets: where each shard's rows begin, and where the last one's end.
  /// - Returns: whether all rows are in it.
  func pack(
    _ source: UnsafePointer<Float>, stride: Int, width: Int, offsets: UnsafeBufferPointer<Int>
  ) -> Bool {
    let rows = offsets[offsets.count - 1]
    let kept = pack(source, stride, width, offsets, keepsZeros: false)
    if kept == rows { return true }
    // Tiles take a tenth longer to look up where their rows are: a few missing ones aren't worth it.
    if 8 * kept < 7 * rows { return false }
    _ = pack(source, stride, width, offsets, keepsZeros: true)
    return true
  }

  private func pack(
    _ source: UnsafePointer<Float>, _ stride: Int, _ width: Int, _ offsets: UnsafeBufferPointer<Int>,
    keepsZeros: Bool
  ) -> Int {
    if width == Self.columns {
      return pack(source, stride, offsets, keepsZeros) { (Vector.load($0), Vector.load($0, 8)) }
    }
    return pack(source, stride, offsets, keepsZeros) {
      (
        Vector.loadPartial($0, count: min(8, width)),
        Vector.loadPartial(width > 8 ? $0 + 8 : $0, count: max(0, width - 8))
      )
    }
  }

  @inline(__always)
  private func pack(
    _ source: UnsafePointer<Float>, _ stride: Int, _ offsets: UnsafeBufferPointer<Int>, _ keepsZeros: Bool,
    load: (UnsafePointer<Float>) -> (Vector, Vector)
  ) -> Int {
    var kept = 0
    shardOffsets[0] = 0
    for shard in 0..<offsets.count - 1 {
      var row = offsets[shard]
      while row < offsets[shard + 1] {
        let (low, high) = load(source + row &* stride)
        low.store(values, kept &* Self.columns)
        high.store(values, kept &* Self.columns &+ 8)
        keptRows[kept] = Int32(truncatingIfNeeded: row)
        let bits = unsafeBitCast(low, to: SIMD4<UInt64>.self) | unsafeBitCast(high, to: SIMD4<UInt64>.self)
        if keepsZeros || bits.x | bits.y | bits.z | bits.w != 0 { kept &+= 1 }
        row &+= 1
      }
      shardOffsets[shard + 1] = kept
    }
    return kept
  }
}
