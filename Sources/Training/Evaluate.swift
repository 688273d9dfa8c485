import Artifacts
import Collectives
import Diagnostics
import Evaluation
import ImageData
import NeuralNet
import TensorCore

/// Scores a set of images that any program may have made; a collective call.
///
/// - Parameters:
///   - path: an npy file of shape (N,H,W), or a folder of PNGs.
///   - data: what `train`, `validation` and `test` are parts of, as for training.
/// - Throws: `Failure` 64 for a part or a file that there is not, 65 for images that can't be compared, 66.
public func evaluateImages(
  _ path: String, _ request: EvaluationRequest, data: String?, group: ProcessGroup, threads: Int?
) throws -> EvaluationReport {
  guard request.count > 0 else {
    throw Failure(
      .usage, "--count 0 leaves nothing to do with images: only models have other scores",
      help: "give a --count above 0")
  }
  guard request.seed == nil && request.repetitions == 1 else {
    throw Failure(
      .usage,
      "\(request.seed == nil ? "--repeat" : "--seed") is for models, which draw images; \(path) is a set of images",
      help: "leave it out")
  }
  // Any number works, as features of an image don't depend on who computes them.
  let shards = max(RunConfiguration.defaults(for: .denseAutoencoder).shards, group.size)
  try group.requirePowerOfTwo(shards: shards)
  let team = makeTeam(threads: threads, shards: shards, group: group)
  let images = ImageDataset(all: try loadImages(.imageSet(path), group: group).images)
  let splits =
    SplitPart(rawValue: request.against) == nil
    ? nil : try loadSplits(.defaults(for: .denseAutoencoder), data: data, group: group).splits
  let comparison = Comparison(
    request: request, subject: .images(RealImages(images, name: path, limit: request.count).images),
    shards: shards, group: group, team: team)
  var report = EvaluationReport()
  try comparison.run(splits: splits, height: images.height, width: images.width, into: &report)
  return report
}

extension LoadedModel {
  /// Scores the model and the images that it makes; a collective call.
  ///
  /// - Parameter data: as for training; it has to be what the model was trained on.
  public func evaluate(_ request: EvaluationRequest, data: String?) throws -> EvaluationReport {
    let splits = try loadSplits(
      configuration, data: data, requiresLabels: configuration.model.needsLabels, group: group
    ).splits
    guard splits.contentHash.description == dataHash else {
      throw Failure(
        .badData, "the model was trained on other data than this",
        help: "name the data it was trained on with --data")
    }
    var report = EvaluationReport()
    report.position = MetricsRow(position).members
    if let part = SplitPart(rawValue: request.against) {
      try scoreModel(on: part.images(of: splits), part: part, into: &report)
    }
    guard let coder = task.model as? any ImageCoder, request.count > 0 else { return report }
    let comparison = Comparison(
      request: request,
      subject: .model(coder, count: request.count, seed: request.seed ?? configuration.seed),
      shards: configuration.shards, group: group, team: team)
    try comparison.run(splits: splits, height: height, width: width, into: &report)
    return report
  }

  private func scoreModel(on images: ImageDataset, part: SplitPart, into report: inout EvaluationReport)
    throws
  {
    guard let task = task as? ReconstructionTask, let labels = images.labels else {
      report.add(try task.score(images, part: part, group: group, team: team).named, prefix: part.rawValue)
      return
    }
    let scores = evaluateReconstructionsByClass(
      of: images, labels: labels, by: task.autoencoder, objective: task.objective,
      shards: configuration.shards, group: group, team: team)
    report.add(Scores(scores.all).named, prefix: part.rawValue)
    report.classes = scores.classes.map {
      EvaluationReport.ClassRow(label: $0.label, count: $0.count, scores: Scores($0.scores))
    }
  }
}

extension SplitPart {
  /// - Throws: a usage failure where the data has no such part.
  func images(of splits: DataSplits) throws(Failure) -> ImageDataset {
    if let images = splits[self] { return images }
    throw Failure(
      .usage, "the data has no \(rawValue) images", help: "compare with train or test images")
  }
}
