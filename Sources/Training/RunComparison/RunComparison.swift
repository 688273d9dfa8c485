import Artifacts
import ImageData

/// Models scored on the same images: which are the best, by which figures, and in what their runs differ.
public struct RunComparison {
  package let runs: [ComparedRun]
  package let part: SplitPart
  /// How many images there are of that part.
  package let imageCount: Int
  package let dataHash: String

  /// - Precondition: at least one run.
  package init(runs: [ComparedRun], part: SplitPart, imageCount: Int, dataHash: String) {
    precondition(!runs.isEmpty)
    self.runs = runs
    self.part = part
    self.imageCount = imageCount
    self.dataHash = dataHash
  }

  /// The settings that decide numbers and are not the same in all runs, by their names as options, without the model.
  package var differingSettings: [String] {
    let first = runs[0].configuration
    return first.settingNames.filter { name in
      name != "model" && runs.contains { $0.configuration.setting(name) != first.setting(name) }
    }
  }

  /// The figures that are good or bad, by the keys of `metrics.jsonl`, in the order in which runs have them.
  package var metrics: [String] {
    var keys: [String] = []
    for run in runs {
      for (key, _) in run.figures where !keys.contains(key) && direction(key) != nil { keys.append(key) }
    }
    return keys
  }

  func direction(_ key: String) -> MetricDirection? { MetricDirection(metric: key) }

  /// The runs with the best value of a metric; none where all are alike, or are not of one kind.
  package func best(_ key: String) -> [Int] {
    guard let direction = direction(key), isComparable(key) else { return [] }
    let values = runs.map { $0.figure(key) }
    let known = values.compactMap { $0 }
    guard var best = known.first, known.contains(where: { $0 != best }) else { return [] }
    for value in known where direction.prefers(value, to: best) { best = value }
    return values.indices.filter { values[$0] == best }
  }

  /// Whether a metric means the same in all runs that have it.
  package func isComparable(_ key: String) -> Bool {
    let known = runs.filter { $0.figure(key) != nil }
    return settingThatBarsComparison(of: key, between: known.map(\.configuration)) == nil
  }

  /// What a metric is called in tables and charts.
  static func title(of key: String) -> String {
    let name = metricName(key)
    switch name {
    case "mse", "mae", "ssim", "fid", "kid": return name.uppercased()
    case "psnr": return "PSNR (dB)"
    case "ssim-gaussian": return "SSIM (Gaussian)"
    case "fid_trace": return "FID / trace"
    case "fid_infinity": return "FID, extrapolated"
    case "elbo": return "ELBO (nats)"
    case "iwae": return "IWAE bound (nats)"
    case "bits_per_dimension": return "bits / dimension"
    default: return String(name.map { $0 == "_" ? " " : $0 })
    }
  }

  // MARK: - Numbers

  /// A metric's values with as many decimals each as show four digits of the smallest, from two to six; "-" for none.
  func texts(_ key: String) -> [String] {
    let values = runs.map { $0.figure(key) }
    let magnitudes = values.compactMap { $0 }.map { abs($0) }.filter { $0 > 0 }
    var (places, smallest) = (2, magnitudes.min() ?? 1)
    while smallest < 10 && places < 6 {
      smallest *= 10
      places += 1
    }
    return values.map { $0.map { decimals($0, places) } ?? "-" }
  }

  /// What people should know of the runs together, a line each.
  var sharedNotes: [String] {
    metrics.filter { !isComparable($0) }.map {
      "\(Self.title(of: $0)) is not of one kind in these runs: none is marked as the best"
    }
  }

  /// What people should know, a line each.
  public var notes: [String] {
    sharedNotes + runs.flatMap { run in run.notes.map { "\(run.name): \($0)" } }
  }

  /// Why a figure is absent or can't be trusted, and what became of the cache, a line each; for this moment, not for
  /// files.
  public var warnings: [String] {
    runs.flatMap { run in run.warnings.map { "\(run.name): \($0)" } }
  }

  /// What the figures are of, in a sentence.
  var scope: String {
    var text = "Scores on the \(grouped(imageCount)) \(part.rawValue) images"
    let described = runs.compactMap { $0.report["comparison"] }.first
    if let count = described?["generated_images"]?.integerValue,
      let network = described?["features"]?.stringValue
    {
      text +=
        "; \(grouped(count)) images drawn from each model are compared with them by their features in \(network)"
    }
    return text + "."
  }
}

extension RunConfiguration {
  private static let priorName = "prior"

  /// Of the options that decide what a run is, beside those in `arithmetic`.
  private var otherSettings: [(name: String, value: JSONValue)] {
    [
      (Self.priorName, prior.map { .string($0.text) } ?? .null), ("fid-samples", .integer(fidSamples)),
      ("features", .string((features ?? .fashionCNN).rawValue)),
      ("weights", featureWeights.map { .string($0) } ?? .null),
    ]
  }

  /// Of those that decide numbers, as the command line has them; samples depend on the prior, too.
  var settingNames: [String] { arithmetic.objectValue!.map(\.name) + [Self.priorName] }

  func setting(_ name: String) -> JSONValue {
    otherSettings.first { $0.name == name }?.value ?? arithmetic[name] ?? .null
  }

  /// Nil for one that is not given.
  func settingText(_ name: String) -> String? {
    guard let text = commandLineText(setting(name)) else { return nil }
    return text.hasSuffix(".0") ? String(text.dropLast(2)) : text
  }
}
