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
  guard request.prior == nil else {
    throw Failure(
      .usage, "--prior is for models, which draw images; \(path) is a set of images", help: "leave it out")
  }
  guard request.seed == nil && request.repetitions == 1 else {
    throw Failure(
      .usage,
      "\(request.seed == nil ? "--repeat" : "--seed") is for models, which draw images; \(path) is a set of images",
      help: "leave it out")
  }
  guard request.importanceSamples == nil else {
    throw Failure(
      .usage, "--iwae is for runs of vae and conv-vae; \(path) is a set of images", help: "leave it out")
  }
  let part = SplitPart(rawValue: request.against)
  if part == nil, let option = data != nil ? "--data" : request.nearestPicture.map({ _ in "--nearest" }) {
    throw Failure(
      .usage, "\(option) means nothing with --against \(request.against)",
      help: "compare with train, validation or test images, or leave it out")
  }
  let team = try makeEvaluationTeam(threads: threads, group: group)
  let images = ImageDataset(all: try loadImages(.imageSet(path), group: group).images)
  guard images.count > 1 else {
    throw Failure(
      .badData, "\(path) holds one image, which has no spread to compare", help: "give at least 2")
  }
  let splits = part == nil ? nil : try loadSplits(.usual, data: data, group: group).splits
  let compared = ComparedImages(images, name: path, limit: request.count, side: .generated)
  var report = EvaluationReport()
  try Comparison(request: request, subject: .images(compared), group: group, team: team).run(
    splits: splits, height: images.height, width: images.width, into: &report)
  return report
}

/// The threads of this rank for features, which don't depend on who computes them: any power of two ranks may share them.
private func makeEvaluationTeam(threads: Int?, group: ProcessGroup) throws -> ThreadTeam {
  let shards = max(RunConfiguration.usual.shards, group.size)
  try group.requirePowerOfTwo(shards: shards)
  return makeTeam(threads: threads, shards: shards, group: group)
}

extension RunConfiguration {
  /// The official split and 16 shards.
  fileprivate static var usual: RunConfiguration { .defaults(for: .denseAutoencoder) }
}

extension LoadedModel {
  /// Scores the model and the images that it makes; a collective call.
  ///
  /// - Parameter data: as for training; it has to be what the model was trained on.
  public func evaluate(_ request: EvaluationRequest, data: String?) throws -> EvaluationReport {
    let splits = try ownSplits(data: data)
    let part = SplitPart(rawValue: request.against)
    try requireSomething(request, part: part)
    var report = EvaluationReport()
    report.position = MetricsRow(position).members
    let isGenerating = configuration.model.generatesImages && request.count > 0
    // Before figures that take long: the prior may not suit the data.
    let generator = isGenerating ? try generator(request.prior) { splits } : nil
    if let part {
      let images = try part.images(of: splits)
      try scoreModel(on: images, part: part, into: &report)
      scoreImportanceWeightedBound(request, on: images, part: part, into: &report)
    }
    guard let generator else { return report }
    let subject = Comparison.Subject.model(
      generator, prior: configuration.model.hasCodes ? fittedPrior.prior : nil, count: request.count,
      seed: request.seed ?? configuration.seed, shards: configuration.shards)
    try Comparison(request: request, subject: subject, group: group, team: team).run(
      splits: splits, height: height, width: width, into: &report)
    return report
  }

  /// Refuses what asks for figures that this model does not have.
  private func requireSomething(_ request: EvaluationRequest, part: SplitPart?) throws(Failure) {
    let name = configuration.model.rawValue
    guard configuration.model.generatesImages || request.optionsOfGeneration.isEmpty else {
      throw Failure(
        .usage, "\(request.optionsOfGeneration[0]) is for models that make images, which a \(name) does not",
        help: "leave it out")
    }
    guard configuration.model.kind != .adversarial || request.count > 0 else {
      throw Failure(
        .usage, "--count 0 leaves nothing to do: a \(name) is scored by images that it draws",
        help: "give a --count above 0")
    }
    guard request.importanceSamples == nil || task is VariationalTask else {
      throw Failure(
        .usage, "--iwae is for vae and conv-vae, not \(name)", help: "leave it out")
    }
    guard part == nil else { return }
    guard request.importanceSamples == nil else {
      throw Failure(
        .usage, "--iwae needs --against train, validation or test: it is of the data's own images",
        help: "score the model on one of them, or leave out --iwae")
    }
    guard configuration.model.generatesImages && request.count > 0 else {
      throw Failure(
        .usage,
        "--against \(request.against) leaves nothing to score: other images are compared with generated ones",
        help: "score the model on train, validation or test images")
    }
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
