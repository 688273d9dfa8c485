/// weightGradient = outputGradient^T * input, summed over the rows of each shard in order and over the shards in a
/// binary tree, ((0+1)+(2+3))+…, without ever storing a shard's gradient.
///
/// Shapes as in DenseProducts.swift. Tiles are 4 by 16: their 8 sums are few enough to be put away between shards without
/// holding up the products, which 12 are not. Both factors are copied into the order in which tiles read them.
public func denseWeightGradient(
  input: UnsafePointer<Float>, outputGradient: UnsafePointer<Float>,
  weightGradient: UnsafeMutablePointer<Float>, rows: ShardedRows, inputs: Int, outputs: Int, team: ThreadTeam
) {
  rows.offsets.withUnsafeBufferPointer { offsets in
    team.forEachRange(outputs, granule: 4) { range in
      let panelStride = rows.rowCount * 4
      // As many outputs at a time as leave room in L2, but enough of them to make a copy of inputs worth its while.
      let portion = max(16, (1 << 16) / max(1, panelStride)) * 4
      let panelCount = (min(portion, range.count) + 3) / 4
      let scratchCount = ShardTreeTile.scratchCount(shards: rows.shardCount)
      let slabBytes = PackedSlab.byteCount(rows: rows.rowCount, shards: rows.shardCount)
      let floatCount = scratchCount + panelCount * panelStride
      withUnsafeTemporaryAllocation(byteCount: floatCount * 4 + slabBytes, alignment: 64) { raw in
        let scratch = raw.baseAddress!.bindMemory(to: Float.self, capacity: floatCount)
        let panels = scratch + scratchCount
        let slab = PackedSlab(
          memory: raw.baseAddress! + floatCount * 4, rows: rows.rowCount, shards: rows.shardCount)
        for first in stride(from: range.lowerBound, to: range.upperBound, by: portion) {
          let count = min(portion, range.upperBound - first)
          packColumnsByFour(
            outputGradient + first, rows: rows.rowCount, stride: outputs, count: count, to: panels)
          for column in stride(from: 0, to: inputs, by: PackedSlab.columns) {
            let width = min(PackedSlab.columns, inputs - column)
            let isWhole = slab.pack(input + column, stride: inputs, width: width, offsets: offsets)
            let tile = ShardTreeTile(
              slab: slab, isWhole: isWhole, shards: rows.shardCount, panelStride: panelStride,
              scratch: scratch)
            for row in stride(from: 0, to: count, by: 4) {
              tile.write(
                panel: panels + row / 4 * panelStride,
                to: weightGradient + (first + row) * inputs + column,
                stride: inputs, rows: min(4, count - row), columns: width)
            }
          }
        }
      }
    }
  }
}

/// Copies columns of a matrix as panels of four: panel p holds columns 4p to 4p + 3, row after row, zero for columns from
/// `count` on.
private func packColumnsByFour(
  _ source: UnsafePointer<Float>, rows: Int, stride: Int, count: Int, to panels: UnsafeMutablePointer<Float>
) {
  var panel = panels
  var column = 0
  while column &+ 4 <= count {
    var row = 0
    while row < rows {
      let four = UnsafeRawPointer(source + (row &* stride &+ column)).loadUnaligned(as: SIMD4<Float>.self)
      UnsafeMutableRawPointer(panel).storeBytes(of: four, as: SIMD4<Float>.self)
      panel += 4
      row &+= 1
    }
    column &+= 4
  }
  if column < count {
    for row in 0..<rows {
      for i in 0..<4 { panel[row * 4 + i] = column + i < count ? source[row * stride + column + i] : 0 }
    }
  }
}
