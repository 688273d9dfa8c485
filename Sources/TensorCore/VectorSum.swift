/// Adds `addends[i]` to `sums[i]` for i below `count`.
public func addVectors(
  _ addends: UnsafePointer<Float>, to sums: UnsafeMutablePointer<Float>, count: Int, team: ThreadTeam
) {
  forEachVector(count, team: team) { offset, width in
    let sum =
      Vector.loadPartial(sums + offset, count: width) + Vector.loadPartial(addends + offset, count: width)
    sum.storePartial(sums + offset, count: width)
  }
}
