import ImageData

/// Whether less or more of a metric is better.
public enum MetricDirection: Sendable, Equatable {
  case lower, higher

  /// The direction of a metric by its key in `metrics.jsonl`, with or without the part before the slash and the network
  /// in brackets: `validation/fid[fashion-cnn-v1]` as `fid`. Nil for figures that are neither good nor bad, as the parts
  /// of a bound: one is bought with the other.
  public init?(metric: String) {
    switch metricName(metric) {
    case "loss", "mse", "mae", "bits_per_dimension", "fid", "fid_trace", "fid_infinity", "kid":
      self = .lower
    case "psnr", "ssim", "ssim-gaussian", "elbo", "iwae", "accuracy", "precision", "recall", "density",
      "coverage",
      "classifier_score":
      self = .higher
    default: return nil
    }
  }

  /// Whether the first value is better than the second; equal ones are not, and what is no number is worse than any.
  public func prefers(_ value: Double, to other: Double) -> Bool {
    if value.isNaN || other.isNaN { return !value.isNaN && other.isNaN }
    return self == .lower ? value < other : value > other
  }
}

/// `fid` of `test/fid[fashion-cnn-v1]`.
func metricName(_ metric: String) -> String {
  String(metric.prefix { $0 != "[" }.split(separator: "/").last ?? "")
}

// MARK: - Whether runs have the same figure

/// The settings that decide what a metric measures, by their names as options: losses are as many as there are ways to
/// train, and figures of generated images depend on how many those are and what compares them.
private func settingsDeciding(_ metric: String) -> [String] {
  if metric.contains("[") {
    // Those under `train/` compare with the training images, which are as many as the limit lets through.
    return ["fid-samples", "features", "weights"]
      + (metric.hasPrefix(SplitPart.train.rawValue + "/") ? ["limit"] : [])
  }
  switch metricName(metric) {
  case "loss": return ["loss", "mix-alpha", "beta", "likelihood"]
  case "elbo", "iwae": return ["likelihood"]
  default: return []
  }
}

/// The first setting, by its name as an option, that gives a metric another meaning in one run than in the others; nil
/// where all their figures can be compared.
package func settingThatBarsComparison(
  of metric: String, between runs: some Sequence<RunConfiguration>
) -> String? {
  settingsDeciding(metric).first { name in
    let settings = runs.map { $0.setting(name) }
    return settings.contains { $0 != settings[0] }
  }
}
