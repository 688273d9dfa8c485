// Sums over samples, feature by feature, in Double: the rows of a shard in order, then the shards of these rows in their
// tree. There are far more features than shards, so that no shard's sums are kept beyond their place in the tree.

/// sums[f] = sum over rows of values[row, f].
///
/// - Parameters:
///   - values: (rows, features).
///   - sums: (features).
public func featureSums(
  _ values: UnsafePointer<Float>, features: Int, into sums: UnsafeMutablePointer<Double>, rows: ShardedRows,
  team: ThreadTeam
) {
  sumFeatures(features, into: sums, rows: rows, team: team) { feature, row, width in
    SIMD8<Double>(Vector.loadPartial(values + (row &* features &+ feature), count: width))
  }
}

/// sums[f] = sum over rows of (values[row, f] - means[f])².
public func featureSquaredDeviations(
  _ values: UnsafePointer<Float>, means: UnsafePointer<Double>, features: Int,
  into sums: UnsafeMutablePointer<Double>, rows: ShardedRows, team: ThreadTeam
) {
  sumFeatures(features, into: sums, rows: rows, team: team) { feature, row, width in
    let value = SIMD8<Double>(Vector.loadPartial(values + (row &* features &+ feature), count: width))
    let deviation = value - loadDoubles(means + feature, count: width)
    return deviation * deviation
  }
}

/// Adds up `term(feature, row, width)`, sixteen features, a cache line, at a time; members of the team take features.
@inline(__always)
private func sumFeatures(
  _ features: Int, into sums: UnsafeMutablePointer<Double>, rows: ShardedRows, team: ThreadTeam,
  _ term: (_ feature: Int, _ row: Int, _ width: Int) -> SIMD8<Double>
) {
  let levels = rows.shardCount.trailingZeroBitCount + 1
  rows.offsets.withUnsafeBufferPointer { offsets in
    team.forEachRange((features + 15) / 16) { lines in
      withUnsafeTemporaryAllocation(of: SIMD8<Double>.self, capacity: 2 * levels) { tree in
        for line in lines {
          let feature = 16 * line
          let width = min(16, features - feature)
          let sum: (low: SIMD8<Double>, high: SIMD8<Double>)
          if width == 16 {
            sum = sumInTree(offsets, tree) { (term(feature, $0, 8), term(feature &+ 8, $0, 8)) }
          } else if width > 8 {
            sum = sumInTree(offsets, tree) { (term(feature, $0, 8), term(feature &+ 8, $0, width &- 8)) }
          } else {
            sum = sumInTree(offsets, tree) { (term(feature, $0, width), .zero) }
          }
          storeDoubles(sum.low, sums + feature, count: min(8, width))
          if width > 8 { storeDoubles(sum.high, sums + feature + 8, count: width - 8) }
        }
      }
    }
  }
}

/// - Parameter tree: room for two vectors of each of its levels: at level k stands the sum of a subtree of 2^k shards that
///   waits for the one beside it.
@inline(__always)
private func sumInTree(
  _ offsets: UnsafeBufferPointer<Int>, _ tree: UnsafeMutableBufferPointer<SIMD8<Double>>,
  _ terms: (_ row: Int) -> (SIMD8<Double>, SIMD8<Double>)
) -> (low: SIMD8<Double>, high: SIMD8<Double>) {
  var (low, high) = (SIMD8<Double>.zero, SIMD8<Double>.zero)
  for shard in 0..<offsets.count - 1 {
    (low, high) = (.zero, .zero)
    for row in offsets[shard]..<offsets[shard + 1] {
      let (first, second) = terms(row)
      low += first
      high += second
    }
    var level = 0
    while shard >> level & 1 == 1 {
      low = tree[2 * level] + low
      high = tree[2 * level + 1] + high
      level += 1
    }
    tree[2 * level] = low
    tree[2 * level + 1] = high
  }
  return (low, high)
}
