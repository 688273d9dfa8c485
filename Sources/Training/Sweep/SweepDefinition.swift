import Artifacts
import Diagnostics
import ImageData

/// What a sweep tries, and what it judges by.
public struct SweepDefinition: Sendable {
  /// Of all trials, but for the settings of each.
  public let base: RunConfiguration
  /// The key in `metrics.jsonl`: a figure of the validation images.
  public let metric: String
  public let direction: MetricDirection
  /// The settings that all trials have in common and that decide their numbers or files, by name.
  let common: [SweepSetting]
  public let trials: [SweepTrial]

  /// - Parameter common: in the order of the command line's table.
  /// - Throws: `Failure` 64 for a metric that can't choose, or settings of a trial that can't go together; it names the
  ///   trial.
  public init(
    base: RunConfiguration, metric: String, common: [SweepSetting], trials: [SweepTrial]
  ) throws(Failure) {
    self.base = base
    self.metric = metric
    self.common = common
    self.trials = trials
    direction = try Self.direction(of: metric)
    for trial in trials {
      do {
        try trial.configuration.requireConsistency()
      } catch {
        throw error.concerning(trial)
      }
    }
  }

  private static func direction(of metric: String) throws(Failure) -> MetricDirection {
    let part = SplitPart.validation.rawValue
    guard metric.hasPrefix("\(part)/") else {
      throw Failure(
        .usage, "--metric \(metric) is no figure of the validation images, on which alone a sweep may choose",
        help: "name one such as \(part)/loss or \(part)/ssim")
    }
    guard let direction = MetricDirection(metric: metric) else {
      throw Failure(
        .usage, "--metric \(metric) is not known to be better for being less or more",
        help: "name one such as \(part)/loss or \(part)/ssim")
    }
    return direction
  }

  // MARK: - definition.json

  var json: JSONValue {
    [
      "format": 1, "model": .string(base.model.rawValue), "metric": .string(metric),
      "settings": .object(common.map { JSONMember($0.name, .string($0.value)) }),
      "trials": .array(
        trials.map { trial in .object(trial.settings.map { JSONMember($0.name, .string($0.value)) }) }),
    ]
  }

  /// Where data lies may change; the checkpoints know it by its hash.
  private static let paths = ["data", "weights"]

  /// Refuses to go on with a sweep that was defined otherwise: more trials may follow those it has, and nothing else
  /// may differ.
  ///
  /// - Throws: `Failure` 64 that names the first difference.
  func requireContinuation(of saved: JSONValue) throws(Failure) {
    func refuse(_ what: String, _ own: String?, _ before: String?) throws(Failure) {
      guard own != before else { return }
      throw Failure(
        .usage,
        "\(what) is \(own ?? "not given"), but was \(before ?? "not given") when the sweep began, and can't change",
        help: "give it as before, or start another sweep with --sweep-dir")
    }
    try refuse("the model", base.model.rawValue, saved["model"]?.stringValue)
    try refuse("--metric", metric, saved["metric"]?.stringValue)
    let settings = (saved["settings"]?.objectValue ?? []).map {
      SweepSetting($0.name, $0.value.stringValue ?? "")
    }
    let savedTrials = (saved["trials"]?.arrayValue ?? []).map { trial in
      (trial.objectValue ?? []).map { SweepSetting($0.name, $0.value.stringValue ?? "") }
    }
    for (number, before) in savedTrials.enumerated() {
      let own = number < trials.count ? trials[number].settings : nil
      try refuse(
        "trial \(padded(number, 3))", own?.map(\.text).joined(separator: " "),
        before.map(\.text).joined(separator: " "))
    }
    for setting in common + settings where !Self.paths.contains(setting.name) {
      let own = common.first { $0.name == setting.name }
      let before = settings.first { $0.name == setting.name }
      try refuse("--\(setting.name)", own?.value, before?.value)
    }
  }
}

extension Failure {
  /// The failure with the trial's name before its message.
  func concerning(_ trial: SweepTrial) -> Failure {
    Failure(code, "trial \(trial.title): \(message)", help: help)
  }
}
