import RandomNumbers

/// The order in which an epoch takes the training images: a permutation that depends on seed and epoch alone, so that
/// every rank works it out for itself.
///
/// Each image draws a 40-bit key, Philox(seed, shuffle; epoch, index), and images are taken by ascending key; equal
/// keys keep the order of the data set.
public struct EpochOrder: Sendable, Equatable {
  /// The largest number of images: an index takes 24 bits beside its key.
  public static let countLimit = 1 << 24

  /// Data-set indices in the order they are taken.
  public let indices: [Int32]

  /// - Precondition: `count` is at most `countLimit`.
  public init(count: Int, seed: UInt32, epoch: Int) {
    precondition(count >= 0 && count <= Self.countLimit)
    let key = RandomKey(seed: seed, purpose: .shuffle)
    var keyed = (0..<count).map { index in
      let words = key.words(step: epoch, index: index)
      let sortKey = UInt64(words.x) << 8 | UInt64(words.y >> 24)
      return sortKey << 24 | UInt64(index)
    }
    keyed.sort()
    indices = keyed.map { Int32($0 & 0xFF_FFFF) }
  }
}
