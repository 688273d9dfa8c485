/// Four blocks of Philox at a time, in the lanes of vectors: the same words as one after another, sooner. Every lane holds
/// a 32-bit word.
public struct PhiloxBlocks: Sendable {
  public var x: SIMD4<UInt64>
  public var y: SIMD4<UInt64>
  public var z: SIMD4<UInt64>
  public var w: SIMD4<UInt64>

  /// - Parameters:
  ///   - x: the first words of four counters, below 2^32, and so on.
  ///   - key: of all four.
  @inline(__always)
  init(
    x: SIMD4<UInt64>, y: SIMD4<UInt64>, z: SIMD4<UInt64>, w: SIMD4<UInt64>, key: SIMD2<UInt32>
  ) {
    let low = SIMD4<UInt64>(repeating: 0xFFFF_FFFF)
    let (factor0, factor1) = (
      SIMD4<UInt64>(repeating: 0xD251_1F53), SIMD4<UInt64>(repeating: 0xCD9E_8D57)
    )
    let (step0, step1) = (SIMD4<UInt64>(repeating: 0x9E37_79B9), SIMD4<UInt64>(repeating: 0xBB67_AE85))
    var (key0, key1) = (SIMD4(repeating: UInt64(key.x)), SIMD4(repeating: UInt64(key.y)))
    var (x, y, z, w) = (x, y, z, w)
    for _ in 0..<10 {
      // Told that the factors are below 2^32, the compiler takes the instruction that multiplies such lanes; it looks at
      // their lower halves alone, so that what stands in the upper ones does not matter before the end.
      let product0 = (x & low) &* factor0
      let product1 = (z & low) &* factor1
      x = (product1 &>> 32) ^ y ^ key0
      y = product1
      z = (product0 &>> 32) ^ w ^ key1
      w = product0
      key0 &+= step0
      key1 &+= step1
    }
    (self.x, self.y, self.z, self.w) = (x & low, y & low, z & low, w & low)
  }
}

extension RandomKey {
  /// What `words` gives for the lanes `firstLane` to `firstLane + 3`, each in a lane of the result.
  // Within code that takes lanes apart, the optimiser would split the vectors of all rounds: half as fast.
  @inline(never)
  public func fourBlocks(step: Int, index: Int, firstLane: Int, draw: Int = 0) -> PhiloxBlocks {
    func word(_ value: Int) -> SIMD4<UInt64> {
      SIMD4(repeating: UInt64(UInt32(truncatingIfNeeded: value)))
    }
    return PhiloxBlocks(
      x: word(step), y: word(index),
      z: (word(firstLane) &+ SIMD4(0, 1, 2, 3)) & SIMD4(repeating: 0xFFFF_FFFF), w: word(draw), key: words)
  }
}
