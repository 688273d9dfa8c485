/// How images are handed out for evaluation and generation: chunks of 100 in order, chunk c on shard c mod S, whatever
/// the batch size and the number of ranks are.
public struct EvaluationChunks: Sendable {
  public static let size = 100
  public let images: Int
  public let shards: Int

  public init(images: Int, shards: Int) {
    self.images = images
    self.shards = shards
  }

  public var count: Int { (images + Self.size - 1) / Self.size }

  /// The chunks of a shard, in the order in which its sums are formed.
  public func chunks(ofShard shard: Int) -> StrideTo<Int> {
    stride(from: shard, to: count, by: shards)
  }

  /// The images of a chunk.
  public func images(ofChunk chunk: Int) -> Range<Int> {
    chunk * Self.size..<min(images, (chunk + 1) * Self.size)
  }
}
