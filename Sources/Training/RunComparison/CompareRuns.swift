import Artifacts
import Collectives
import Diagnostics
import ImageData

/// Scores several trained models on the same images, one after another; a collective call that gives the same at any
/// number of ranks.
///
/// - Parameters:
///   - threads: of each rank; nil takes the cores that the ranks of this host leave each other.
///   - data: where a model's data is, as for training; all ranks call it.
/// - Returns: nil on all ranks but rank 0.
/// - Precondition: at least one run.
/// - Throws: `Failure` 64 for a run named twice, for runs whose images are cut in different ways, and for what `evaluate`
///   refuses; 65 for runs of different data; 66 where a run is missing.
public func compareRuns(
  _ request: RunComparisonRequest, group: ProcessGroup, threads: Int?,
  data: (LoadedModel) throws -> String?
) throws -> RunComparison? {
  try group.decideOnRoot(phase: "looking at the runs") {
    try requireComparable(request.runs, part: request.part, ranks: group.size)
  }
  let names = ComparedRun.names(of: request.runs)
  var runs: [ComparedRun] = []
  var facts: (imageCount: Int, dataHash: String)?
  for (path, name) in zip(request.runs, names) {
    // One model is in memory at a time.
    let loaded = try LoadedModel(path, group: group, threads: threads)
    let data = try data(loaded)
    let images = try loaded.images(of: request.part, data: data, requiresOwnData: true)
    facts = (images.count, loaded.dataHash)
    runs.append(try loaded.compared(path: path, name: name, request, images: images, data: data))
  }
  guard group.isRoot, let facts else { return nil }
  return RunComparison(
    runs: runs, part: request.part, imageCount: facts.imageCount, dataHash: facts.dataHash)
}

extension LoadedModel {
  /// A collective call; files are read, and pictures kept, on rank 0 alone.
  fileprivate func compared(
    path: String, name: String, _ request: RunComparisonRequest, images: ImageDataset, data: String?
  ) throws -> ComparedRun {
    let report = try evaluate(request.evaluation(of: configuration), data: data)
    var run = ComparedRun(
      path: path, name: name, configuration: configuration,
      parameterCount: task.model.parameterCount, epoch: position.epoch, step: position.step,
      effort: checkpoint.map { TrainingEffort(of: RunFolder(containing: $0), upTo: position.step) }
        ?? TrainingEffort(),
      figures: report.values, report: report.json)
    if configuration.model.hasCodes { run.configuration.prior = fittedPrior.prior }
    (run.notes, run.warnings) = (report.notes, report.warnings)
    if configuration.model.hasCodes && request.pictureCount > 0 {
      run.reconstructions = try reconstruct(images.prefix(request.pictureCount))
      let samples = try generate(count: request.pictureCount, seed: configuration.seed, data: data)
      if group.isRoot { run.samples = samples }
    }
    return run
  }
}

/// Refuses runs whose figures would not be of the same images; not a collective call.
private func requireComparable(_ named: [String], part: SplitPart, ranks: Int) throws {
  var seen: [(named: String, checkpoint: SavedCheckpoint)] = []
  for run in named {
    let path = try SavedCheckpoint.locate(run)
    if let same = seen.first(where: { FileSystem.isSame($0.checkpoint.path, path) }) {
      let twice =
        same.named == run ? "\(run) is named twice" : "\(same.named) and \(run) are the same checkpoint"
      throw Failure(.usage, twice, help: "name each run once")
    }
    let checkpoint = try SavedCheckpoint(reading: path)
    try ProcessGroup.requirePowerOfTwo(ranks: ranks, shards: checkpoint.configuration.shards)
    seen.append((run, checkpoint))
  }
  let first = seen[0]
  for other in seen.dropFirst() {
    try requireSameImages(first.checkpoint, first.named, other.checkpoint, other.named, part: part)
  }
}

private func requireSameImages(
  _ first: SavedCheckpoint, _ firstName: String, _ second: SavedCheckpoint, _ secondName: String,
  part: SplitPart
) throws {
  func size(_ checkpoint: SavedCheckpoint) -> String {
    ["height", "width"].map { "\(checkpoint.state[$0]?.integerValue ?? 0)" }.joined(separator: "x")
  }
  guard size(first) == size(second) else {
    throw Failure(
      .badData,
      "\(firstName) was trained on images of \(size(first)) pixels, \(secondName) of \(size(second))",
      help: "compare runs of the same data")
  }
  guard first.state["data_sha256"] == second.state["data_sha256"] else {
    throw Failure(
      .badData, "\(firstName) and \(secondName) were trained on different data",
      help: "compare runs of the same data: environment.json in a run's folder says which it was")
  }
  let cuts =
    switch part {
    case .test: ["split"]
    case .validation: ["split", "validation"]
    case .train: ["split", "validation", "limit"]
    }
  let (one, other) = (first.configuration, second.configuration)
  for name in cuts where one.setting(name) != other.setting(name) {
    let (before, after) = (one.settingText(name), other.settingText(name))
    throw Failure(
      .usage,
      "the \(part.rawValue) images of \(firstName) (--\(name) \(before ?? "not given")) are not those of \(secondName) "
        + "(\(after ?? "not given"))",
      help: part == .test ? "compare runs of one --split" : "compare runs of one --\(name), or --against test"
    )
  }
}
