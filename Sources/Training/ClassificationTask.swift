import Collectives
import Diagnostics
import Evaluation
import ImageData
import NeuralNet
import TensorCore

/// Telling the classes of images apart: a classifier and the cross-entropy of their labels.
final class ClassificationTask: SingleLossTask {
  let configuration: RunConfiguration
  let classifier: ImageClassifier
  /// Of the training images; none where there is only scoring to do.
  private let labels: [UInt8]
  private let batchLabels: AlignedBuffer<UInt8>
  /// Of the last `forward`; in training, after the losses, their gradient.
  private var logits: UnsafeMutablePointer<Float>!

  /// - Throws: a usage failure where images of that size don't fit the model, 65 for labels beyond its classes.
  init(_ configuration: RunConfiguration, height: Int, width: Int, train: ImageDataset?) throws {
    self.configuration = configuration
    classifier = try configuration.makeClassifier(height: height, width: width)
    labels =
      try train.map { [classifier] in
        try checkedLabels(of: $0, classes: classifier.classCount, for: .classification)
      } ?? []
    batchLabels = AlignedBuffer(count: max(configuration.batch, EvaluationChunks.size))
  }

  var model: any TrainableModel { classifier }

  func forward(images: UnsafePointer<Float>, pass: Pass) {
    logits = classifier.forward(images: images, pass: pass)
  }

  func evaluateLosses(
    images: UnsafePointer<Float>, samples: ArraySlice<Int32>, sampleLosses: UnsafeMutablePointer<Double>,
    pass: Pass
  ) {
    for (row, sample) in samples.enumerated() { batchLabels.pointer[row] = labels[Int(sample)] }
    classCrossEntropy(
      logits: logits, labels: batchLabels.pointer, logitGradient: pass.training == nil ? nil : logits,
      sampleLosses: sampleLosses, rows: pass.rowCount, classes: classifier.classCount, team: pass.team)
  }

  func backward(images: UnsafePointer<Float>, pass: Pass) {
    classifier.backward(images: images, logitGradient: logits, pass: pass)
  }

  func score(_ images: ImageDataset, part: SplitPart, group: ProcessGroup, team: ThreadTeam) throws -> Scores
  {
    let scores = evaluateClassification(
      of: images,
      labels: try checkedLabels(of: images, classes: classifier.classCount, for: .classification),
      by: classifier, shards: configuration.shards, group: group, team: team)
    return Scores(loss: scores.loss, [("accuracy", scores.accuracy)])
  }

  func showpieces(splits: DataSplits, group: ProcessGroup, team: ThreadTeam) -> Showpieces { Showpieces() }
}

/// - Throws: `Failure` 66 where images have no labels, 65 where one is beyond the classes.
func checkedLabels(of images: ImageDataset, classes: Int, for use: LabelUse) throws -> [UInt8] {
  guard let labels = images.labels else {
    throw Failure(
      .noInput, "the data holds no labels\(use.reason)",
      help: "name a folder of IDX files with labels with --data" + use.alternative)
  }
  if let index = labels.firstIndex(where: { $0 >= classes }) {
    throw Failure(
      .badData, "image \(index) has label \(labels[index]), but the \(use.model) knows \(classes) classes",
      help: "use data with labels from 0 to \(classes - 1)" + use.alternative)
  }
  return labels
}
