/// Whether less or more of a metric is better.
public enum MetricDirection: Sendable, Equatable {
  case lower, higher

  /// The direction of a metric by its key in `metrics.jsonl`, with or without the part before the slash and the network
  /// in brackets: `validation/fid[fashion-cnn-v1]` as `fid`. Nil for figures that are neither good nor bad.
  public init?(metric: String) {
    let name = metric.prefix { $0 != "[" }.split(separator: "/").last ?? ""
    switch name {
    case "loss", "mse", "mae", "kl", "reconstruction", "bits_per_dimension", "fid", "fid_trace",
      "fid_infinity",
      "kid":
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
