extension RandomKey {
  /// A number in 0..<bound, each exactly as likely as any other.
  ///
  /// It comes from word `word` of the blocks with counter (step, index, lane, draw), the upper half of the word's product
  /// with the bound: of lane 0, or where that product is among the few that would favour some numbers, of the next lane.
  ///
  /// Source: Lemire, "Fast random integer generation in an interval", 2019.
  ///
  /// - Precondition: `bound` is positive, `word` below 4.
  public func uniformInteger(below bound: UInt32, word: Int, step: Int, index: Int, draw: Int = 0) -> Int {
    precondition(bound > 0)
    // 2^32 modulo the bound.
    let surplus = (0 &- bound) % bound
    var lane = 0
    while true {
      let product =
        UInt64(words(step: step, index: index, lane: lane, draw: draw)[word]) &* UInt64(bound)
      if UInt32(truncatingIfNeeded: product) >= surplus { return Int(product >> 32) }
      lane += 1
    }
  }
}
