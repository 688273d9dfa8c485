import TensorCore

/// |x - y|² in double precision: differences are formed first, so equal rows have exactly 0 and close ones keep their
/// digits. Eight partial sums (element i goes to sum i mod 8), added as a tree; the same bits with x and y exchanged.
func squaredDistance(_ x: UnsafePointer<Float>, _ y: UnsafePointer<Float>, count: Int) -> Double {
  var sums = SIMD8<Double>.zero
  var i = 0
  while i < count {
    let width = min(8, count - i)
    let difference =
      SIMD8<Double>(Vector.loadPartial(x + i, count: width))
      - SIMD8<Double>(Vector.loadPartial(y + i, count: width))
    sums += difference * difference
    i &+= 8
  }
  return laneSum(sums)
}

/// |x|² in double precision.
func squaredLength(_ x: UnsafePointer<Float>, count: Int) -> Double {
  var sums = SIMD8<Double>.zero
  var i = 0
  while i < count {
    let elements = SIMD8<Double>(Vector.loadPartial(x + i, count: min(8, count - i)))
    sums += elements * elements
    i &+= 8
  }
  return laneSum(sums)
}

/// The sum of the lanes as a fixed tree: halves, then quarters, then the last pair.
@inline(__always)
func laneSum(_ lanes: SIMD8<Double>) -> Double {
  let quarter = lanes.lowHalf + lanes.highHalf
  let pair = quarter.lowHalf + quarter.highHalf
  return pair.x + pair.y
}
