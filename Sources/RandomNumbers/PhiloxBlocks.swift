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
  @inlinable @inline(__always)
  public init(
    x: SIMD4<UInt64>, y: SIMD4<UInt64>, z: SIMD4<UInt64>, w: SIMD4<UInt64>, key: SIMD2<UInt32>
  ) {
    let low = SIMD4<UInt64>(repeating: 0xFFFF_FFFF)
    let (factor0, factor1) = (
      SIMD4<UInt64>(repeating: 0xD251_1F53), SIMD4<UInt64>(repeating: 0xCD9E_8D57)
    )
    var (x, y, z, w, key) = (x, y, z, w, key)
    for _ in 0..<10 {
      // Told that the factors are below 2^32, the compiler takes the instruction that multiplies such lanes.
      let product0 = (x & low) &* factor0
      let product1 = (z & low) &* factor1
      x = (product1 &>> 32) ^ y ^ SIMD4(repeating: UInt64(key.x))
      y = product1 & low
      z = (product0 &>> 32) ^ w ^ SIMD4(repeating: UInt64(key.y))
      w = product0 & low
      key = SIMD2(key.x &+ 0x9E37_79B9, key.y &+ 0xBB67_AE85)
    }
    (self.x, self.y, self.z, self.w) = (x, y, z, w)
  }
}

extension RandomKey {
  /// What `words` gives for the lanes `firstLane` to `firstLane + 3`, each in a lane of the result.
  @inlinable @inline(__always)
  public func fourBlocks(step: Int, index: Int, firstLane: Int, draw: Int = 0) -> PhiloxBlocks {
    func word(_ value: Int) -> SIMD4<UInt64> {
      SIMD4(repeating: UInt64(UInt32(truncatingIfNeeded: value)))
    }
    return PhiloxBlocks(
      x: word(step), y: word(index),
      z: (word(firstLane) &+ SIMD4(0, 1, 2, 3)) & SIMD4(repeating: 0xFFFF_FFFF), w: word(draw), key: words)
  }
}
