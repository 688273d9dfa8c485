import Collectives
import ImageData
import NeuralNet
import TensorCore

/// How well a model rebuilds images: means over images.
public struct ReconstructionScores: Sendable, Equatable {
  /// The training loss.
  public var loss: Double
  public var meanSquaredError: Double
  /// In decibels, for pixels in [0, 1].
  public var peakSignalToNoise: Double
  /// scikit-image's default SSIM; nil where images are smaller than its window.
  public var structuralSimilarity: Double?
  /// `tf.image.ssim`; nil where images are smaller than its window.
  public var gaussianStructuralSimilarity: Double?
}

/// Rebuilds every image of a data set and scores the result; a collective call that gives the same bits on every rank
/// and at any number of ranks (chunks of 100 shared over shards, sums in double through the tree).
///
/// - Precondition: the model has room for `EvaluationChunks.size` rows.
public func evaluateReconstructions(
  of images: ImageDataset, by model: Autoencoder, objective: ReconstructionObjective, shards: Int,
  group: ProcessGroup, team: ThreadTeam
) -> ReconstructionScores {
  let chunks = EvaluationChunks(images: images.count, shards: shards)
  let scorer = ChunkScorer(images: images, model: model, objective: objective, team: team)
  let shardsPerRank = shards / group.size
  let width = ChunkScorer.scoreCount
  var sums = [Double](repeating: 0, count: shardsPerRank * width)
  for shard in 0..<shardsPerRank {
    for chunk in chunks.chunks(ofShard: group.rank * shardsPerRank + shard) {
      scorer.addScores(of: chunks.images(ofChunk: chunk), to: &sums, at: shard * width)
    }
  }
  // An evaluation takes as long as its slowest rank, which others may have to wait for.
  let totals = sums.withUnsafeBufferPointer { sums in
    group.allowing(seconds: 600) { group.sum(shardPartials: sums, width: width, phase: "evaluation") }
  }
  func hasScore(_ similarity: StructuralSimilarity) -> Bool {
    min(images.height, images.width) >= similarity.windowSize
  }
  let means = totals.map { $0 / Double(images.count) }
  return ReconstructionScores(
    loss: means[0], meanSquaredError: means[1], peakSignalToNoise: means[2],
    structuralSimilarity: hasScore(.uniform) ? means[3] : nil,
    gaussianStructuralSimilarity: hasScore(.gaussian) ? means[4] : nil
  )
}
