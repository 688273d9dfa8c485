import Artifacts
import Collectives
import Diagnostics
import Evaluation
import TensorCore

/// What a run writes at its start and at its end.
extension ReconstructionTrainer {
  /// Opens the log and says what is about to happen.
  func startFiles() throws {
    if group.isRoot { log.open(folder.log) }
    if position.step > 0 {
      log.say("resumed at step \(grouped(position.step)), with \(counted(position.epoch, "epoch")) done")
    }
    try group.decideOnRoot(phase: "starting the run's files") {
      try CheckpointStore(folder.checkpoints).removeLeftovers()
      if position.step > 0 { try tidyCheckpoints() }
      if metrics == nil { metrics = try JSONLinesFile(opening: folder.metrics, keeping: 0) }
      timings = try JSONLinesFile(opening: folder.timing)
      try writeStatus("running")
    }
    let parts = splits.named.map { "\(grouped($0.images.count)) \($0.name)" }.joined(separator: ", ")
    log.say(
      "model   \(configuration.model.rawValue), \(grouped(model.arena.parameterCount)) parameters\n"
        + "data    \(parts) images of \(splits.train.height)x\(splits.train.width) from \(splits.source.path)\n"
        + "batch   \(configuration.batch) images in \(configuration.shards) shards on \(counted(group.size, "rank")) of "
        + "\(counted(team.count, "thread"))\n"
        + "run     \(folder.path)")
  }

  /// Samples, pictures and the last word. All ranks take part.
  func finish() {
    logLastTiming()
    let sampleCount = 100
    let (height, width) = (splits.test.height, splits.test.width)
    let samples = generateImages(
      count: sampleCount, from: model, seed: configuration.seed, shards: configuration.shards, group: group,
      team: team)
    var similarities: [Double] = []
    onRoot("writing samples and pictures") {
      try writeSamples(samples, height: height, width: width, to: folder)
      let reconstructions = reconstructImages(of: splits.test, first: 5, by: model, team: team)
      similarities = reconstructions.similarities.compactMap { $0 }
      try writeReconstructions(reconstructions, to: folder.reconstructionPicture)
      try writeStatus("finished", exitCode: .success)
    }
    sayResults(similarities: similarities)
  }

  /// - Parameter similarities: of the first test images; none where they are too small.
  private func sayResults(similarities: [Double]) {
    let total = stopwatch.total
    log.say(
      "done    \(counted(position.epoch, "epoch")), \(counted(position.step, "step")) in \(duration(runSeconds))"
        + (total.steps > 0 ? ", \(grouped(Int(total.imagesPerSecond))) images/s while training" : ""))
    if let scores { sayScores(scores.values, of: monitoredSplit) }
    if let testScores { sayScores(testScores, of: "test") }
    if !similarities.isEmpty {
      let texts = similarities.map { decimals($0, 4) }
      log.say("rebuilt test images 0 to \(texts.count - 1) with ssim \(texts.joined(separator: " "))")
    }
    log.say(
      "files   \(folder.samples)\n"
        + "        \(folder.samplePicture)  \(folder.sampleRow)  \(folder.reconstructionPicture)")
  }

  /// Lets the run's own files tell why it ended, as far as they can be written; rank 0 only.
  func recordFailure(_ error: any Error) {
    // Before the run's files are open, they are not this start's to change.
    guard timings != nil else { return }
    let failure = error as? Failure ?? Failure(.failure, "\(error)")
    log.record("Error: \(failure.message)")
    try? writeStatus("failed", exitCode: failure.code)
  }

  private func sayScores(_ scores: ReconstructionScores, of split: String) {
    let texts = scores.named.map { name, value in "\(name) \(decimals(value, name == "psnr" ? 2 : 4))" }
    log.say((split == "test" ? "test    " : "valid   ") + texts.joined(separator: "  "))
  }

  func writeStatus(_ state: String, exitCode: ExitCode? = nil) throws {
    let left = Double(totalSteps - position.step) / Double(max(position.step - firstStep, 1)) * runSeconds
    let status: JSONValue = [
      "state": .string(state), "step": .integer(position.step), "epoch": .integer(position.epoch),
      "exit_code": exitCode.map { .integer(Int($0.rawValue)) } ?? .null,
      "eta_s": state == "running" && position.step > firstStep ? .double(left.rounded()) : .null,
    ]
    try writeDurably(folder.status, Array((status.prettyText).utf8))
  }
}
