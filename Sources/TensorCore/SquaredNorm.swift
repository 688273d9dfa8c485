/// The sum of squares of `count` floats, in double: blocks of 1,024 in a fixed order whatever the number of threads,
/// sixteen partial sums within a block.
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
  var even = Vector.zero, odd = Vector.zero
  var i = 0
  while i &+ 16 <= count {
    let a = Vector.load(values, i), b = Vector.load(values, i + 8)
    even.addProduct(a, a)
    odd.addProduct(b, b)
    i &+= 16
  }
  while i < count {
    let a = Vector.loadPartial(values + i, count: min(8, count - i))
    even.addProduct(a, a)
    i &+= 8
  }
  // A square above the range of Float must not turn an honest large norm into infinity unseen: it is infinite then,
  // and the training loop stops on it as it would on the step itself.
  return Double((even + odd).laneSum())
}
