import Artifacts
import Collectives
import Diagnostics
import Evaluation
import ImageData
import NeuralNet
import TensorCore

/// What a run writes at its start and at its end.
extension Trainer {
  /// Opens the log and says what is about to happen.
  func startFiles() throws {
    if group.isRoot { log.open(folder.log) }
    if position.step > 0 {
      log.say("resumed at step \(grouped(position.step)), with \(counted(position.epoch, "epoch")) done")
    }
    try group.decideOnRoot(phase: "starting the run's files") {
      try CheckpointStore(folder.checkpoints).removeLeftovers()
      if position.step > 0 {
        try tidyCheckpoints()
        try removePriors()
      }
      try prepareProgress()
      if metrics == nil { metrics = try JSONLinesFile(opening: folder.metrics, keeping: 0) }
      timings = try JSONLinesFile(opening: folder.timing)
      try writeStatus("running")
    }
    let parts = splits.named.map { "\(grouped($0.images.count)) \($0.name)" }.joined(separator: ", ")
    log.say(
      "model   \(configuration.model.rawValue), \(grouped(model.parameterCount)) parameters\n"
        + "data    \(parts) images of \(splits.train.height)x\(splits.train.width) from \(splits.source.path)\n"
        + "batch   \(configuration.batch) images in \(configuration.shards) shards on \(counted(group.size, "rank")) of "
        + "\(counted(team.count, "thread"))\n"
        + "rate    \(learningRateText)\n"
        + "run     \(folder.path)")
  }

  /// The learning rates as they are used, with what makes them so.
  private var learningRateText: String {
    var text = learners.map { "\($0.schedule.rate)" }.joined(separator: " for the generator, ")
    if learners.count > 1 { text += " for the discriminator" }
    text += " by \(configuration.optimizer.name.rawValue)"
    let rule = configuration.learningRateRule
    if rule != .none {
      let given =
        "--lr \(configuration.learningRate)"
        + (configuration.discriminatorRate.map { " and --d-lr \($0)" } ?? "")
      text +=
        ", \(Float(configuration.learningRateFactor)) times \(given) for a batch of "
        + "\(configuration.batch) instead of \(LearningRateRule.publishedBatch) (\(rule.rawValue))"
    }
    if configuration.warmup > 0 {
      text += ", after \(counted(configuration.warmup, "step")) of warm-up"
    }
    if configuration.schedule != .constant { text += ", \(configuration.schedule.rawValue) schedule" }
    return text
  }

  /// Samples, pictures and the last word. All ranks take part.
  func finish() throws {
    logLastTiming()
    try fitPrior()
    savePrior()
    generatorAverage?.complete(group)
    let showpieces = task.showpieces(splits: splits, group: group, team: team)
    let similarities = showpieces.reconstructions?.similarities.compactMap { $0 } ?? []
    onRoot("writing samples and pictures") {
      if let samples = showpieces.samples {
        try writeSamples(samples, height: splits.test.height, width: splits.test.width, to: folder)
      }
      if let reconstructions = showpieces.reconstructions {
        try writeReconstructions(reconstructions, to: folder.reconstructionPicture)
      }
      try writeStatus("finished", exitCode: .success)
    }
    sayResults(showpieces, similarities: similarities)
  }

  /// - Parameter similarities: of the first test images; none where they are too small.
  private func sayResults(_ showpieces: Showpieces, similarities: [Double]) {
    let total = stopwatch.total
    log.say(
      "done    \(counted(position.epoch, "epoch")), \(counted(position.step, "step")) in \(duration(runSeconds))"
        + (total.steps > 0 ? ", \(grouped(Int(total.imagesPerSecond))) images/s while training" : ""))
    if let scores, scores.values.criterion != nil { sayScores(scores.values, of: monitoredPart) }
    if let testScores { sayScores(testScores, of: .test) }
    if !similarities.isEmpty {
      let texts = similarities.map { decimals($0, 4) }
      log.say("rebuilt test images 0 to \(texts.count - 1) with ssim \(texts.joined(separator: " "))")
    }
    if showpieces.samples != nil { log.say("files   \(folder.samples)") }
    var pictures: [String] = []
    if showpieces.samples != nil { pictures += [folder.samplePicture, folder.sampleRow] }
    if showpieces.reconstructions != nil { pictures.append(folder.reconstructionPicture) }
    if task is AdversarialTask { pictures.append(folder.progressPicture) }
    if !pictures.isEmpty { log.say("        " + pictures.joined(separator: "  ")) }
  }

  /// Lets the run's own files tell why it ended, as far as they can be written; rank 0 only.
  func recordFailure(_ error: any Error) {
    // Before the run's files are open, they are not this start's to change.
    guard timings != nil else { return }
    let failure = error as? Failure ?? Failure(.failure, "\(error)")
    log.record("Error: \(failure.message)")
    try? writeStatus("failed", exitCode: failure.code)
  }

  private func sayScores(_ scores: Scores, of part: SplitPart) {
    let label =
      switch part {
      case .train: "train   "
      case .validation: "valid   "
      case .test: "test    "
      }
    log.say(label + scores.text)
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
