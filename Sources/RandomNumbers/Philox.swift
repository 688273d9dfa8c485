/// Philox4x32-10, a counter-based generator: a pure function from (key, counter) to four random words.
///
/// Because nothing is drawn in sequence, any rank or thread can compute the numbers that belong to a sample without
/// knowing what others drew; that is what makes a run's randomness independent of the number of ranks.
///
/// Source: Salmon, Moraes, Dror, Shaw, "Parallel random numbers: as easy as 1, 2, 3", SC 2011.
@inlinable
public func philox4x32(counter: SIMD4<UInt32>, key: SIMD2<UInt32>) -> SIMD4<UInt32> {
  var counter = counter
  var key = key
  for _ in 0..<10 {
    let product0 = UInt64(counter.x) &* 0xD251_1F53
    let product1 = UInt64(counter.z) &* 0xCD9E_8D57
    counter = SIMD4(
      UInt32(truncatingIfNeeded: product1 >> 32) ^ counter.y ^ key.x,
      UInt32(truncatingIfNeeded: product1),
      UInt32(truncatingIfNeeded: product0 >> 32) ^ counter.w ^ key.y,
      UInt32(truncatingIfNeeded: product0))
    key = SIMD2(key.x &+ 0x9E37_79B9, key.y &+ 0xBB67_AE85)
  }
  return counter
}
