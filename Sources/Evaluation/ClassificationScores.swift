import Collectives
import ImageData
import NeuralNet
import TensorCore

/// How well a classifier tells images apart: means over images.
public struct ClassificationScores: Sendable, Equatable {
  /// The cross-entropy of the labels.
  public var loss: Double
  /// The share of images whose largest logit, the first of equal ones, is that of their label.
  public var accuracy: Double
}

/// Classifies every image of a data set and compares with its label; a collective call that gives the same bits on every
/// rank and at any number of ranks.
///
/// - Parameter labels: one for each image, below the number of classes.
/// - Precondition: the classifier has room for `EvaluationChunks.size` rows.
public func evaluateClassification(
  of images: ImageDataset, labels: [UInt8], by classifier: ImageClassifier, shards: Int, group: ProcessGroup,
  team: ThreadTeam
) -> ClassificationScores {
  precondition(labels.count == images.count)
  let input = AlignedBuffer<Float>(count: EvaluationChunks.size * images.pixelsPerImage)
  let losses = AlignedBuffer<Double>(count: EvaluationChunks.size)
  let classes = classifier.classCount
  let sums = EvaluationChunks(images: images.count, shards: shards).sum(
    width: 2, group: group, phase: "evaluation"
  ) { chunk, sums in
    images.copyImages(chunk, to: input.pointer, team: team)
    let logits = classifier.forward(images: input.pointer, pass: Pass(rowCount: chunk.count, team: team))
    labels.withUnsafeBufferPointer { labels in
      classCrossEntropy(
        logits: logits, labels: labels.baseAddress! + chunk.lowerBound, logitGradient: nil,
        sampleLosses: losses.pointer, rows: chunk.count, classes: classes, team: team)
    }
    for row in 0..<chunk.count {
      sums[0] += losses.pointer[row]
      let own = UnsafeBufferPointer(start: logits + row * classes, count: classes)
      if own.firstIndex(of: own.max()!) == Int(labels[chunk.lowerBound + row]) { sums[1] += 1 }
    }
  }
  let count = Double(images.count)
  return ClassificationScores(loss: sums[0] / count, accuracy: sums[1] / count)
}
