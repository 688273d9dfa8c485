/// What a random number is for. Each purpose has its own stream, so that adding one never shifts another.
public enum RandomPurpose: UInt32, Sendable {
  case initialization = 1
  case shuffle = 2
  case generation = 3
  case reparameterization = 4
  case dropout = 5
  case augmentation = 6
  case adversarialNoise = 7
  case evaluation = 8
  case dequantization = 9
  case search = 10
  case adversarialMix = 11
  case adversarialClass = 12
  case shift = 13
}

/// Names one stream of random numbers: (seed, purpose, layer). The counter then names the number within it:
/// (step or epoch, index, lane, draw), where the index is a data-set index, a batch position or a sample's number.
public struct RandomKey: Sendable, Equatable {
  /// The two words of the Philox key: the seed, and the purpose (8 bits) above the layer (24 bits).
  public let words: SIMD2<UInt32>

  /// - Precondition: `layer` is below 2^24.
  @inlinable
  public init(seed: UInt32, purpose: RandomPurpose, layer: Int = 0) {
    precondition(layer >= 0 && layer < 1 << 24)
    words = SIMD2(seed, purpose.rawValue << 24 | UInt32(layer))
  }

  /// Four random words of the stream.
  @inlinable
  public func words(step: Int, index: Int, lane: Int = 0, draw: Int = 0) -> SIMD4<UInt32> {
    philox4x32(
      counter: SIMD4(
        UInt32(truncatingIfNeeded: step), UInt32(truncatingIfNeeded: index), UInt32(truncatingIfNeeded: lane),
        UInt32(truncatingIfNeeded: draw)), key: words)
  }
}

/// Maps a random word to [0, 1): the upper 24 bits, so that every value is a Float exactly.
@inlinable
public func unitUniform(_ word: UInt32) -> Float {
  Float(word >> 8) * 0x1p-24
}
