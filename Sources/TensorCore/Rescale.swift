/// Makes each x scale · x + offset, rounded once: from [0, 1] to the [-1, 1] of a tanh by 2 and -1, and back by 1/2 and 1/2.
public func rescale(
  _ source: UnsafePointer<Float>, scale: Float, offset: Float, into target: UnsafeMutablePointer<Float>,
  count: Int, team: ThreadTeam
) {
  let (factor, shift) = (Vector(repeating: scale), Vector(repeating: offset))
  team.forEachRange(count, granule: 64) { range in
    mapVectors(source + range.lowerBound, target + range.lowerBound, count: range.count) {
      multiplyAdd($0, factor, shift)
    }
  }
}
