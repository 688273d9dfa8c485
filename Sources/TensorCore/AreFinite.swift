/// Whether all of `count` numbers are finite.
public func areFinite(_ values: UnsafePointer<Float>, count: Int) -> Bool {
  // 0 times a number is 0, times infinity or no number it is none.
  var sum = Vector.zero
  var first = 0
  while first < count {
    sum += Vector.loadPartial(values + first, count: min(8, count - first)) * 0
    first += 8
  }
  return (0..<8).allSatisfy { sum[$0] == 0 }
}
