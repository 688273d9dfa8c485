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
  of images: ImageDataset, by model: any ImageCoder, objective: ReconstructionObjective, shards: Int,
  group: ProcessGroup, team: ThreadTeam
) -> ReconstructionScores {
  let scorer = ChunkScorer(images: images, model: model, objective: objective, team: team)
  let sums = EvaluationChunks(images: images.count, shards: shards).sum(
    width: ChunkScorer.scoreCount, group: group, phase: "evaluation"
  ) { chunk, sums in scorer.addScores(of: chunk, to: sums) }
  return ReconstructionScores(
    sums: sums[...], count: images.count, height: images.height, width: images.width)
}

/// `evaluateReconstructions`, and the same for the images of each class alone.
///
/// - Returns: the scores of all images, with the same bits, and those of each class that has images, by label.
public func evaluateReconstructionsByClass(
  of images: ImageDataset, labels: [UInt8], by model: any ImageCoder, objective: ReconstructionObjective,
  shards: Int, group: ProcessGroup, team: ThreadTeam
) -> (all: ReconstructionScores, classes: [(label: Int, count: Int, scores: ReconstructionScores)]) {
  precondition(labels.count == images.count)
  var counts = [Int](repeating: 0, count: Int(labels.max() ?? 0) + 1)
  for label in labels { counts[Int(label)] += 1 }
  let scorer = ChunkScorer(images: images, model: model, objective: objective, team: team)
  let width = ChunkScorer.scoreCount
  let sums = EvaluationChunks(images: images.count, shards: shards).sum(
    width: width * (1 + counts.count), group: group, phase: "evaluation"
  ) { chunk, sums in scorer.addScores(of: chunk, labels: labels, to: sums) }
  func scores(_ part: Int, count: Int) -> ReconstructionScores {
    ReconstructionScores(
      sums: sums[part * width..<(part + 1) * width], count: count, height: images.height, width: images.width)
  }
  let classes = counts.indices.filter { counts[$0] > 0 }.map { label in
    (label: label, count: counts[label], scores: scores(1 + label, count: counts[label]))
  }
  return (scores(0, count: images.count), classes)
}

extension ReconstructionScores {
  /// The means of `ChunkScorer`'s scores, without those that images of that size have no windows for.
  fileprivate init(sums: ArraySlice<Double>, count: Int, height: Int, width: Int) {
    func hasScore(_ similarity: StructuralSimilarity) -> Bool {
      min(height, width) >= similarity.windowSize
    }
    let means = sums.map { $0 / Double(count) }
    self.init(
      loss: means[0], meanSquaredError: means[1], peakSignalToNoise: means[2],
      structuralSimilarity: hasScore(.uniform) ? means[3] : nil,
      gaussianStructuralSimilarity: hasScore(.gaussian) ? means[4] : nil)
  }
}
