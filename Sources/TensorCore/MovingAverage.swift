/// Moves each average by the part `weight` of its distance from the value: average + weight (value - average).
public func moveAverages(
  _ averages: UnsafeMutablePointer<Float>, towards values: UnsafePointer<Float>, weight: Float, count: Int,
  team: ThreadTeam
) {
  let weights = Vector(repeating: weight)
  forEachVector(count, team: team) { offset, width in
    let average = Vector.loadPartial(averages + offset, count: width)
    let value = Vector.loadPartial(values + offset, count: width)
    multiplyAdd(value - average, weights, average).storePartial(averages + offset, count: width)
  }
}
