import Artifacts
import Collectives
import Evaluation
import ImageData

/// Rows of metrics and timing, and what is said about them.
extension Trainer {
  /// Closes an interval: a row of `metrics.jsonl` and one of `timing.jsonl`. All ranks take part.
  ///
  /// - Throws: `Failure` 85 where a mean loss is no number.
  func logInterval() throws {
    let row = trainingRow()
    let timing = gatherTiming()
    onRoot("writing metrics") {
      try metrics?.append(row.json)
      try timings?.append(timing)
      try writeStatus("running")
    }
    try requireFiniteLosses(row)
    reportProgress()
    stopwatch.resetInterval()
  }

  /// The gradients of some losses are finite where the losses themselves are not any more.
  private func requireFiniteLosses(_ row: MetricsRow) throws {
    let loss = row.values.first { $0.name.hasSuffix("loss") && !$0.value.isFinite }
    if let loss { throw nonFiniteFailure(of: "the mean of \(loss.name)", step: position.step) }
  }

  /// Closes an epoch with its mean loss. All ranks take part.
  ///
  /// - Throws: `Failure` 85 where a mean loss is no number.
  func logEpoch() throws {
    var row = trainingRow()
    var means: [(name: String, value: Double)] = []
    for index in epochMeters.indices {
      means += epochMeters[index].means(group)
      epochMeters[index].clear()
    }
    for (name, value) in means { row.add("train/epoch_\(name)", value) }
    lastEpochLosses = losses(means)
    onRoot("writing metrics") { try metrics?.append(row.json) }
    try requireFiniteLosses(row)
  }

  /// Scores the images that the run monitors: those for validation where there are some, else the test images, on which
  /// the run selects nothing. All ranks take part.
  func evaluate() throws {
    let values = try score(monitoredPart)
    scores = (position.step, values)
    if task is AdversarialTask { adversarialWatch.warnings(values).forEach(log.warn) }
    guard let criterion = values.criterion else { return }
    // A run that goes on from its last step evaluates again for people and for its final files only.
    if evaluatedStep != position.step {
      writeScores(values, part: monitoredPart)
      if selectsBest {
        earlyStopping.add(
          EarlyStopping.Evaluation(step: position.step, loss: criterion.value),
          minimumDelta: configuration.minimumDelta ?? 0)
      }
    }
    evaluatedStep = position.step
  }

  /// Scores the test images at the end of a run that monitored others. All ranks take part.
  func evaluateTest() throws {
    guard monitoredPart != .test else { return }
    let values = try score(.test)
    guard values.criterion != nil else { return }
    testScores = values
    writeScores(values, part: .test)
  }

  /// The images that a run scores itself on as it goes: a GAN on those that it imitates.
  var monitoredPart: SplitPart {
    let part = configuration.model.selectionPart
    return splits[part] == nil ? .test : part
  }

  /// Whether the run keeps the best checkpoint: never by test images.
  var selectsBest: Bool { monitoredPart != .test }

  private func score(_ part: SplitPart) throws -> Scores {
    if configuration.fidSamples > 0 { try fitPrior() }
    generatorAverage?.complete(group)
    return try task.score(splits[part]!, part: part, group: group, team: team)
  }

  private func writeScores(_ scores: Scores, part: SplitPart) {
    let row = MetricsRow(modelPosition ?? position, scores: scores, part: part)
    onRoot("writing metrics") { try metrics?.append(row.json) }
  }

  /// What training did since the row before: nothing where an epoch ends with an interval.
  private func trainingRow() -> MetricsRow {
    var row = MetricsRow(position)
    if intervalMeters[0].samples > 0 {
      let means = intervalMeters.flatMap { $0.means(group) }
      for (name, value) in means + intervalMeters.map(\.meanNorm) { row.add("train/\(name)", value) }
      lastIntervalLosses = losses(means)
      watch(means)
    }
    for (place, name) in zip(learners.indices, ["lr", "d_lr"]) {
      row.add(name, Double("\(learners[place].schedule.learningRate(after: position.step - 1))")!)
    }
    for index in intervalMeters.indices { intervalMeters[index].clear() }
    return row
  }

  /// Says when a GAN's training goes wrong.
  private func watch(_ means: [(name: String, value: Double)]) {
    func accuracy(_ name: String) -> Double? { means.first { $0.name == name }?.value }
    guard let real = accuracy("d_real_accuracy"), let fake = accuracy("d_fake_accuracy") else { return }
    let warning = adversarialWatch.warning(realAccuracy: real, fakeAccuracy: fake, upTo: position.step)
    if let warning { log.warn(warning) }
  }

  /// The losses among metered values, for people.
  private func losses(_ means: [(name: String, value: Double)]) -> String {
    means.filter { $0.name.hasSuffix("loss") }.map { "\($0.name) \(decimals($0.value, 4))" }
      .joined(separator: "  ")
  }

  /// The timing of steps since its last row, if any. All ranks take part.
  func logLastTiming() {
    guard stopwatch.interval.steps > 0 else { return }
    let timing = gatherTiming()
    onRoot("writing timing") { try timings?.append(timing) }
  }

  /// This interval's step times of every rank.
  private func gatherTiming() -> JSONValue {
    let interval = stopwatch.interval
    let steps = Double(max(interval.steps, 1))
    let own =
      [
        interval.seconds - interval.communicationSeconds,
        interval.communicationSeconds - interval.waitSeconds,
        interval.waitSeconds,
      ].map { $0 / steps * 1000 } + [residentMebibytes()]
    let all = group.gather(own.withUnsafeBytes { Array($0) }, phase: "timing").map { bytes in
      bytes.withUnsafeBytes { Array($0.bindMemory(to: Double.self)) }
    }
    func column(_ index: Int) -> JSONValue { .array(all.map { .double(rounded($0[index], 3)) }) }
    return [
      "step": .integer(position.step), "images_per_second": .double(rounded(interval.imagesPerSecond, 1)),
      "step_ms": .double(rounded(interval.seconds / steps * 1000, 4)), "compute_ms": column(0),
      "communication_ms": column(1), "wait_ms": column(2), "memory_mib": column(3),
    ]
  }

  private func rounded(_ value: Double, _ places: Int) -> Double {
    Double(decimals(value, places)) ?? 0
  }

  // MARK: - For people

  private var epochLabel: String {
    let epochs = "\(configuration.epochs)"
    let current = min(position.epoch + (position.stepInEpoch > 0 ? 1 : 0), configuration.epochs)
    return "epoch \(rightAligned("\(max(current, 1))", epochs.count))/\(epochs)"
  }

  private func reportProgress() {
    let steps = totalSteps
    let rate = stopwatch.interval.imagesPerSecond
    let left = Double(steps - position.step) / Double(max(position.step - firstStep, 1)) * runSeconds
    log.showProgress(
      Double(position.step) / Double(max(steps, 1)),
      "\(epochLabel)  \(lastIntervalLosses)  \(grouped(Int(rate))) img/s  eta \(duration(left))"
    )
    // Without a terminal, a line now and then is enough to see that the run is alive.
    if !log.hasBar && monotonicSeconds() - lastLineTime > 10 && position.stepInEpoch > 0 {
      log.say(
        "\(epochLabel)  step \(position.step)/\(steps)  \(lastIntervalLosses)  "
          + "\(grouped(Int(rate))) img/s  eta \(duration(left))")
      lastLineTime = monotonicSeconds()
    }
  }

  /// The scores that stand in the line of an epoch, without their features.
  private static let shownScores = ["ssim", "accuracy", "fid"]

  func reportEpoch() {
    var line = "\(epochLabel)  train \(lastEpochLosses)"
    if let scores, scores.step == position.step {
      if let criterion = scores.values.criterion, criterion.name == "loss" {
        line += "  \(monitoredPart.rawValue) loss \(decimals(criterion.value, 4))"
      }
      for (name, value) in scores.values.named
      where Self.shownScores.contains(String(name.prefix { $0 != "[" })) {
        line += "  \(name) \(decimals(value, 4))"
      }
    }
    let left = Double(totalSteps - position.step) / Double(max(position.step - firstStep, 1)) * runSeconds
    line += "  \(grouped(Int(stopwatch.total.imagesPerSecond))) img/s"
    if position.step < totalSteps { line += "  eta \(duration(left))" }
    log.say(line)
    lastLineTime = monotonicSeconds()
  }

  var totalSteps: Int {
    configuration.totalSteps(batchesPerEpoch: plan.batchCount)
  }

  var runSeconds: Double { monotonicSeconds() - startTime }
}
