import RandomNumbers
import TensorCore

/// Numbers to test with, uniform between `low` and `high`: the same for the same seed.
public func randomFloats(_ count: Int, seed: UInt32, low: Float = -1, high: Float = 1) -> [Float] {
  [Float](unsafeUninitializedCapacity: count) { buffer, initialized in
    if count > 0 {
      fillUniform(
        buffer.baseAddress!, count: count, low: low, high: high,
        key: RandomKey(seed: seed, purpose: .generation))
    }
    initialized = count
  }
}

/// Numbers of both signs whose magnitudes lie anywhere from 2^-20 to 2^20, so that every order of adding them gives
/// other bits.
public func wideFloats(_ count: Int, seed: UInt32) -> [Float] {
  zip(randomFloats(count, seed: seed), randomFloats(count, seed: seed + 1, low: -20, high: 20)).map {
    (0.5 + $0.magnitude / 2) * ($0 < 0 ? -1 : 1) * Float(sign: .plus, exponent: Int($1), significand: 1)
  }
}

/// Integers from `range`: the same for the same seed.
public func randomIntegers(_ count: Int, in range: ClosedRange<Int>, seed: UInt32) -> [Int] {
  let key = RandomKey(seed: seed, purpose: .shuffle)
  return (0..<count).map { range.lowerBound + Int(key.words(step: 0, index: $0).x) % range.count }
}
