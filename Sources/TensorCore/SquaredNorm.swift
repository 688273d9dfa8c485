/// The sum of squares of `count` floats: blocks of 1,024 added in double, in a fixed order whatever the number of
/// threads; sixteen partial sums in single precision within a block.
///
/// Infinite where a block's squares leave the range of Float (an element beyond 1.8e19), as the step of such a gradient
/// would be; NaN where an element is.
public func squaredNorm(_ values: UnsafePointer<Float>, count: Int, team: ThreadTeam) -> Double {
  let blockLength = 1024
  let blocks = (count + blockLength - 1) / blockLength
  return withUnsafeTemporaryAllocation(of: Double.self, capacity: max(blocks, 1)) { sums in
    let base = sums.baseAddress!
    team.forEachRange(blocks, granule: 8) { range in
      for block in range {
        let first = block * blockLength
        base[block] = blockSum(values + first, min(blockLength, count - first))
      }
    }
    var total = 0.0
    for block in 0..<blocks { total += base[block] }
    return total
  }
}

private func blockSum(_ values: UnsafePointer<Float>, _ count: Int) -> Double {
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
