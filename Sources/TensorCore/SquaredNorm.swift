/// The sum of squares of `count` floats: blocks of 1,024 added in double, in a fixed order whatever the number of
/// threads; sixteen partial sums in single precision within a block.
///
/// Infinite where a block's squares leave the range of Float (an element beyond 1.8e19), as the step of such a gradient
/// would be; NaN where an element is.
public func squaredNorm(_ values: UnsafePointer<Float>, count: Int, team: ThreadTeam) -> Double {
  let blocks = (count + squaredNormBlock - 1) / squaredNormBlock
  return withUnsafeTemporaryAllocation(of: Double.self, capacity: max(blocks, 1)) { sums in
    squaredNorms(values, part: 0..<count, blocks: sums.baseAddress!, team: team)
    return (0..<blocks).reduce(0) { $0 + sums[$1] }
  }
}

/// Floats in a block of `squaredNorm`.
public let squaredNormBlock = 1024

/// The blocks of `squaredNorm` that begin in `part`, each at its own place in `blocks`: the sum of all blocks in order is
/// the whole.
///
/// - Precondition: `part` begins at a block, or is empty.
public func squaredNorms(
  _ values: UnsafePointer<Float>, part: Range<Int>, blocks: UnsafeMutablePointer<Double>, team: ThreadTeam
) {
  // Of a small model the last ranks may have no part.
  if part.isEmpty { return }
  precondition(part.lowerBound % squaredNormBlock == 0)
  let firstBlock = part.lowerBound / squaredNormBlock
  let blockCount = (part.count + squaredNormBlock - 1) / squaredNormBlock
  team.forEachRange(blockCount, granule: 8) { range in
    for block in range {
      let first = part.lowerBound + block * squaredNormBlock
      blocks[firstBlock + block] = squaredNormOfBlock(
        values + first, min(squaredNormBlock, part.upperBound - first))
    }
  }
}

/// The sum of squares of at most `squaredNormBlock` floats.
func squaredNormOfBlock(_ values: UnsafePointer<Float>, _ count: Int) -> Double {
  var even = Vector.zero
  var odd = Vector.zero
  var i = 0
  while i &+ 16 <= count {
    let a = Vector.load(values, i)
    let b = Vector.load(values, i + 8)
    even.addProduct(a, a)
    odd.addProduct(b, b)
    i &+= 16
  }
  while i < count {
    let a = Vector.loadPartial(values + i, count: min(8, count - i))
    even.addProduct(a, a)
    i &+= 8
  }
  return Double((even + odd).laneSum())
}
