import CVector

/// Four rows by sixteen columns of a weight's gradient: sums over the rows of each shard, added as a binary counter adds.
/// Sums of 1, 2, 4, … shards wait in memory for their neighbour.
struct ShardTreeTile {
  let slab: PackedSlab
  /// Whether no row is missing from the slab.
  let isWhole: Bool
  /// At least one.
  let shards: Int
  /// Floats from a panel to the next.
  let panelStride: Int
  let scratch: UnsafeMutablePointer<Float>

  /// Floats of memory for sums that wait.
  static func scratchCount(shards: Int) -> Int { tileCount * (treeLevels(shards) + 1) }
  private static let tileCount = 4 * PackedSlab.columns

  /// Writes the tile's first `rows` rows and `columns` columns.
  ///
  /// - Parameter panel: the four columns of the other factor, a row of four floats for each row of the batch.
  @inline(__always)
  func write(
    panel: UnsafePointer<Float>, to output: UnsafeMutablePointer<Float>, stride: Int, rows: Int, columns: Int
  ) {
    for row in 0..<rows { prefetch_line(output + row * stride + columns - 1) }
    if columns == PackedSlab.columns {
      sum(panel: panel, to: output, stride: stride, rows: rows)
    } else {
      sum(panel: panel, to: scratch, stride: PackedSlab.columns, rows: 4)
      for row in 0..<rows {
        (output + row * stride).update(from: scratch + row * PackedSlab.columns, count: columns)
      }
    }
  }

  // A function of its own, small enough that the compiler keeps all sums in registers. A loop that may not run at all
  // would have it keep copies in memory.
  @inline(never)
  private func sum(
    panel: UnsafePointer<Float>, to output: UnsafeMutablePointer<Float>, stride: Int, rows: Int
  ) {
    var left = panel
    var right = UnsafePointer(slab.values)
    var keptRow = UnsafePointer(slab.keptRows)
    var shard = 0
    repeat {
      var tile = ProductTile16()
      var terms = slab.shardOffsets[shard &+ 1] &- slab.shardOffsets[shard]
      if terms > 0 {
        if isWhole {
          // The next panel's part of this shard: two lines of eight rows.
          prefetch_line(left + panelStride)
          prefetch_line(left + panelStride + 16)
          repeat {
            tile.addProduct(left, right)
            left += 4
            right += 16
            terms &-= 1
          } while terms > 0
        } else {
          repeat {
            tile.addProduct(panel + 4 * Int(keptRow.pointee), right)
            keptRow += 1
            right += 16
            terms &-= 1
          } while terms > 0
        }
      }
      var waiting = scratch
      var levels = (~shard).trailingZeroBitCount
      if levels > 0 {
        repeat {
          tile.add(waiting)
          waiting += Self.tileCount
          levels &-= 1
        } while levels > 0
      }
      shard &+= 1
      if shard < shards {
        tile.save(waiting)
      } else {
        tile.write(to: output, rowStride: stride, rows: rows)
      }
    } while shard < shards
  }
}

/// How many sums can wait at once while `shards` are added in a tree.
package func treeLevels(_ shards: Int) -> Int {
  Int.bitWidth - shards.leadingZeroBitCount
}
