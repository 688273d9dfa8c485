/// sums[j] = sum over rows of matrix[row, j]: rows of a shard in order, shards in a binary tree. A dense layer's bias
/// gradient.
public func columnSums(
  _ matrix: UnsafePointer<Float>, into sums: UnsafeMutablePointer<Float>, rows: ShardedRows, columns: Int,
  team: ThreadTeam
) {
  let scratchCount = 8 * (treeLevels(rows.shardCount) + 1)
  rows.offsets.withUnsafeBufferPointer { offsets in
    team.forEachRange(columns, granule: 64) { range in
      withUnsafeTemporaryAllocation(byteCount: scratchCount * 4, alignment: 64) { raw in
        let scratch = raw.baseAddress!.bindMemory(to: Float.self, capacity: scratchCount)
        for first in stride(from: range.lowerBound, to: range.upperBound, by: 8) {
          let width = min(8, range.upperBound - first)
          let sum = shardTreeSum(matrix + first, columns, width, offsets, scratch)
          sum.storePartial(sums + first, count: width)
        }
      }
    }
  }
}

@inline(__always)
private func shardTreeSum(
  _ matrix: UnsafePointer<Float>, _ rowStride: Int, _ width: Int, _ offsets: UnsafeBufferPointer<Int>,
  _ scratch: UnsafeMutablePointer<Float>
) -> Vector {
  let shards = offsets.count - 1
  var sum = Vector.zero
  for shard in 0..<shards {
    sum = .zero
    for row in offsets[shard]..<offsets[shard + 1] {
      sum += Vector.loadPartial(matrix + row * rowStride, count: width)
    }
    var waiting = scratch
    var remaining = shard
    while remaining & 1 == 1 {
      sum += Vector.load(waiting)
      waiting += 8
      remaining >>= 1
    }
    sum.store(waiting)
  }
  return sum
}
