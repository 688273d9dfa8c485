import TensorCore

/// The codes that a prior is fitted to, as one rank has them: (count, dimension) in all, cut into contiguous shards,
/// of which a rank holds its own.
///
/// Shard s has the codes from floor(s · count / shards) to floor((s + 1) · count / shards), perhaps none; rank r has the
/// shards from r · shards / ranks on.
public struct PriorCodes: Sendable {
  /// Codes on all ranks.
  public let count: Int
  public let dimension: Int
  /// Shards on all ranks.
  public let shards: Int
  /// The shards of this rank.
  public let ownShards: Range<Int>
  /// This rank's codes, (ownRows.count, dimension): zeros until they are written.
  public let values: AlignedBuffer<Float>

  /// - Precondition: `shards` and `ranks` are powers of two, with at least a shard a rank.
  public init(count: Int, dimension: Int, shards: Int, rank: Int, ranks: Int) {
    precondition(count >= 0 && dimension >= 1)
    precondition(shards >= ranks && shards & (shards - 1) == 0 && ranks & (ranks - 1) == 0)
    self.count = count
    self.dimension = dimension
    self.shards = shards
    let shardsPerRank = shards / ranks
    ownShards = rank * shardsPerRank..<(rank + 1) * shardsPerRank
    let ownRows = ownShards.lowerBound * count / shards..<ownShards.upperBound * count / shards
    values = AlignedBuffer(count: ownRows.count * dimension)
  }

  /// Takes a rank's part of all codes, (count, dimension).
  public init(_ codes: [Float], dimension: Int, shards: Int, rank: Int = 0, ranks: Int = 1) {
    precondition(codes.count % dimension == 0)
    self.init(
      count: codes.count / dimension, dimension: dimension, shards: shards, rank: rank, ranks: ranks)
    codes.withUnsafeBufferPointer { codes in
      let own = codes[(ownRows.lowerBound * dimension)..<(ownRows.upperBound * dimension)]
      _ = values.elements.update(fromContentsOf: own)
    }
  }

  /// Which of all codes this rank has.
  public var ownRows: Range<Int> {
    rows(ofShard: ownShards.lowerBound).lowerBound..<rows(ofShard: ownShards.upperBound - 1).upperBound
  }

  /// Which of all codes a shard has.
  public func rows(ofShard shard: Int) -> Range<Int> {
    shard * count / shards..<(shard + 1) * count / shards
  }

  /// The code of that number among all.
  ///
  /// - Precondition: it is this rank's.
  func row(_ row: Int) -> UnsafePointer<Float> {
    UnsafePointer(values.pointer + (row - ownRows.lowerBound) * dimension)
  }

  /// The dimension with zeros up to whole vectors of eight.
  var paddedDimension: Int { (dimension + 7) / 8 * 8 }
}
