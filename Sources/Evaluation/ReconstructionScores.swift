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
  let scorer = ChunkScorer(images: images, model: model, objective: objective, team: team)
  let means = EvaluationChunks(images: images.count, shards: shards).mean(
    width: ChunkScorer.scoreCount, group: group, phase: "evaluation"
  ) { chunk, sums in scorer.addScores(of: chunk, to: sums) }
  func hasScore(_ similarity: StructuralSimilarity) -> Bool {
    min(images.height, images.width) >= similarity.windowSize
  }
  return ReconstructionScores(
    loss: means[0], meanSquaredError: means[1], peakSignalToNoise: means[2],
    structuralSimilarity: hasScore(.uniform) ? means[3] : nil,
    gaussianStructuralSimilarity: hasScore(.gaussian) ? means[4] : nil
  )
}
