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
    try group.decideOnRoot(phase: "starting the run's files") {
      try CheckpointStore(folder.checkpoints).removeLeftovers()
      if metrics == nil { metrics = try JSONLinesFile(opening: folder.metrics, keeping: 0) }
      timings = try JSONLinesFile(opening: folder.timing)
      try writeStatus("running")
    }
    let threads = team.count == 1 ? "1 thread" : "\(team.count) threads"
    let ranks = group.size == 1 ? "1 rank" : "\(group.size) ranks"
    let parts = splits.named.map { "\(grouped($0.images.count)) \($0.name)" }.joined(separator: ", ")
    log.say(
      "model   \(configuration.model.rawValue), \(grouped(model.arena.parameterCount)) parameters\n"
        + "data    \(parts) images of \(splits.source.height)x\(splits.source.width), \(splits.source.path)\n"
        + "batch   \(configuration.batch) images in \(configuration.shards) shards on \(ranks) of \(threads)\n"
        + "run     \(folder.path)")
  }

  /// Samples, pictures and the last word. All ranks take part.
  func finish() {
    let sampleCount = 100
    let (height, width) = (splits.test.height, splits.test.width)
    let samples = generateImages(
      count: sampleCount, from: model, seed: configuration.seed, shards: configuration.shards, group: group,
      team: team)
    onRoot("writing samples and pictures") {
      try writeSamples(samples, height: height, width: width, to: folder)
      let reconstructions = reconstructImages(of: splits.test, first: 5, by: model, team: team)
      try writeReconstructions(reconstructions, to: folder.reconstructionPicture)
      try writeStatus("finished", exitCode: .success)
    }
    sayResults()
  }

  private func sayResults() {
    let total = stopwatch.total
    log.say(
      "done    \(position.epoch) epochs, \(grouped(position.step)) steps in \(duration(runSeconds))"
        + (total.steps > 0 ? ", \(grouped(Int(total.imagesPerSecond))) images/s while training" : ""))
    if let scores { sayScores(scores.values, of: monitoredSplit) }
    if let testScores { sayScores(testScores, of: "test") }
    log.say("samples \(folder.samples)\npictures \(folder.samplePicture) \(folder.sampleRow) \(folder.reconstructionPicture)")
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
