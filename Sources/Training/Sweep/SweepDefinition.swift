import Artifacts
import Diagnostics
import ImageData

/// What a sweep tries, and what it judges by.
public struct SweepDefinition: Sendable {
  /// Of all trials, but for the settings of each.
  public let base: RunConfiguration
  /// The key in `metrics.jsonl`: a figure of the images that the model's best state is chosen by.
  public let metric: String
  public let direction: MetricDirection
  /// The figure that each trial's best checkpoint has least of.
  var criterion: String { base.model.selectionMetric(features: base.features ?? .fashionCNN) }
  /// The settings that all trials have in common and that decide their numbers or files, by name.
  let common: [SweepSetting]
  public let trials: [SweepTrial]

  /// - Parameter common: in the order of the command line's table.
  /// - Throws: `Failure` 64 for a metric that can't choose, for one that means another thing in some trials, or for
  ///   settings of a trial that can't go together; it names the trial or the setting.
  public init(
    base: RunConfiguration, metric: String, common: [SweepSetting], trials: [SweepTrial]
  ) throws(Failure) {
    self.base = base
    self.metric = metric
    self.common = common
    self.trials = trials
    direction = try Self.direction(of: metric, model: base.model)
    for trial in trials {
      do {
        try trial.configuration.requireConsistency()
      } catch {
        throw error.concerning(trial)
      }
    }
    try requireComparableTrials()
  }

  /// Refuses trials of which the metric would choose the one that measures less, not the better one.
  private func requireComparableTrials() throws(Failure) {
    let runs = trials.map(\.configuration)
    guard let key = settingThatBarsComparison(of: metric, between: runs) else { return }
    let part = base.model.selectionPart.rawValue
    let others: [String] =
      switch base.model.kind {
      case .variationalAutoencoder: ["\(part)/ssim", "\(part)/elbo"]
      case .autoencoder, .classifier: ["\(part)/ssim"]
      case .adversarial: []
      }
    let usable = others.filter { settingThatBarsComparison(of: $0, between: runs) == nil }
    let remedy = usable.isEmpty ? "" : ", or name a --metric such as \(usable.joined(separator: " or "))"
    throw Failure(
      .usage,
      "trials that differ in '\(key)' can't be compared by \(metric), which means another thing in each",
      help: "give all trials one --\(key)\(remedy)")
  }

  /// What labels are needed for, if any trial needs them.
  public var labelUse: LabelUse? { trials.lazy.compactMap(\.configuration.labelUse).first }

  private static func direction(of metric: String, model: ModelName) throws(Failure) -> MetricDirection {
    let isAdversarial = model.kind == .adversarial
    let part = model.selectionPart.rawValue
    let help =
      "name one such as \(model.selectionMetric())" + (isAdversarial ? "" : " or \(part)/ssim")
    guard metric.hasPrefix("\(part)/") else {
      throw Failure(
        .usage,
        "--metric \(metric) is no figure of the \(isAdversarial ? "training" : "validation") images, on which alone "
          + "a sweep\(isAdversarial ? " of GANs" : "") may choose",
        help: help)
    }
    guard let direction = MetricDirection(metric: metric) else {
      throw Failure(
        .usage, "--metric \(metric) is not known to be better for being less or more", help: help)
    }
    return direction
  }

  // MARK: - definition.json

  private static let format = 1

  /// Paths may change, so they are not in it: the data is known by its hash.
  ///
  /// - Parameter dataHash: SHA-256 of all images and labels.
  func json(dataHash: String) -> JSONValue {
    let settings = common.filter { !Self.paths.contains($0.name) }
    return [
      "format": .integer(Self.format), "model": .string(base.model.rawValue), "metric": .string(metric),
      "data_sha256": .string(dataHash),
      "settings": .object(settings.map { JSONMember($0.name, .string($0.value)) }),
      "trials": .array(
        trials.map { trial in .object(trial.settings.map { JSONMember($0.name, .string($0.value)) }) }),
    ]
  }

  private static let paths = ["data", "weights"]

  /// Refuses to go on with a sweep that was defined otherwise: more trials may follow those it has, and nothing else
  /// may differ.
  ///
  /// - Parameters:
  ///   - saved: what the file holds.
  ///   - dataHash: as of `json`.
  /// - Throws: `Failure` 65 where the file is no definition, or of a sweep on other data; 64 that names the first
  ///   difference of settings.
  func requireContinuation(ofFile file: String, _ saved: JSONValue, dataHash: String) throws(Failure) {
    guard saved["format"]?.integerValue == Self.format, saved["model"]?.stringValue != nil,
      let savedSettings = saved["settings"]?.objectValue, let savedRows = saved["trials"]?.arrayValue
    else {
      throw Failure(
        .badData, "\(file) is no definition of a sweep that this version knows", help: Self.remedy)
    }
    guard saved["data_sha256"]?.stringValue == dataHash else {
      throw Failure(
        .badData, "the sweep of \(file) began with other data",
        help: "name the data that it began with by --data, or start another sweep with --sweep-dir")
    }
    func refuse(_ what: String, _ own: String?, _ before: String?) throws(Failure) {
      guard own != before else { return }
      throw Failure(
        .usage,
        "\(what) is \(own ?? "not given"), but was \(before ?? "not given") when the sweep began, and can't change",
        help: "give it as before, or start another sweep with --sweep-dir")
    }
    try refuse("the model", base.model.rawValue, saved["model"]?.stringValue)
    try refuse("--metric", metric, saved["metric"]?.stringValue)
    let settings = savedSettings.map { SweepSetting($0.name, $0.value.stringValue ?? "") }
    let savedTrials = savedRows.map { trial in
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

extension SweepDefinition {
  /// Of a definition that can't be read.
  static let remedy = "put back a copy of the file, or start another sweep with --sweep-dir"
}

extension Failure {
  /// The failure with the trial's name before its message.
  func concerning(_ trial: SweepTrial) -> Failure {
    Failure(code, "trial \(trial.title): \(message)", help: help)
  }
}
