extension SIMD8 where Scalar == Float {
  /// The sum of the lanes as a fixed tree: halves, then quarters, then the last pair.
  @inline(__always)
  func laneSum() -> Float {
    let quarter = lowHalf + highHalf
    let pair = quarter.lowHalf + quarter.highHalf
    return pair.x + pair.y
  }
}
