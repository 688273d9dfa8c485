/// How the rows of one rank's part of a batch are cut into its logical shards.
///
/// Gradients are summed shard by shard in row order, and the shards' sums in a fixed binary tree; see
/// Docs/numerics.md.
public struct ShardedRows: Sendable, Equatable {
  /// Where each shard begins, and where the last one ends: one more than there are shards, from 0, never falling.
  public let offsets: [Int]

  /// - Precondition: the number of shards is a power of two; `offsets` starts at 0 and never falls.
  public init(offsets: [Int]) {
    let shards = offsets.count - 1
    precondition(shards >= 1 && shards & (shards - 1) == 0, "shards are a power of two")
    precondition(offsets[0] == 0 && zip(offsets, offsets.dropFirst()).allSatisfy(<=))
    self.offsets = offsets
  }

  public var shardCount: Int { offsets.count - 1 }
  public var rowCount: Int { offsets[offsets.count - 1] }
}
