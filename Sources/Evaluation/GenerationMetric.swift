/// The figures of a set of generated images, by the first part of their keys: `fid` stands under
/// `fid[fashion-cnn-v1]`, since a figure means something only together with the network whose features it comes from.
/// Here in the order in which they are written.
///
/// Beside them stand `class_share_0[fashion-cnn-v1]`, `class_share_1[…]` and so on: the share of the generated images
/// that the network puts into each class.
public enum GenerationMetric: String, Sendable, CaseIterable {
  /// `FrechetDistance` from the real images.
  case frechetDistance = "fid"
  /// The same over the trace of the real covariance, which has no unit.
  case relativeFrechetDistance = "fid_trace"
  /// Between two halves of the real images: what a perfect generator gets with as many images as a half has.
  case frechetFloor = "fid_floor"
  /// Of noise: a generator that has learnt nothing.
  case frechetCeiling = "fid_ceiling"
  /// `KernelDistance`, the mean over its subsets.
  case kernelDistance = "kid"
  /// Its standard deviation over the subsets.
  case kernelDistanceDeviation = "kid_std"
  /// `SupportScores`.
  case precision
  case recall
  /// On request.
  case density
  /// On request.
  case coverage
  /// `FrechetExtrapolation` to infinitely many generated images; on request.
  case extrapolatedFrechetDistance = "fid_infinity"
  /// `ClassifierScore`, the mean over ten parts of the images.
  case classifierScore = "classifier_score"
  /// Its standard deviation over the parts.
  case classifierScoreDeviation = "classifier_score_std"

  /// Whether it is a figure of the generated images themselves, neither a deviation nor one of the real images alone.
  public var hasSpread: Bool {
    switch self {
    case .frechetFloor, .frechetCeiling, .kernelDistanceDeviation, .classifierScoreDeviation: false
    default: true
    }
  }

  /// The key in `metrics.jsonl` and in JSON, for features of this network.
  public func key(network: String) -> String { "\(rawValue)[\(network)]" }
}

/// Figures that are computed on request only.
public struct GenerationMetrics: OptionSet, Sendable {
  public let rawValue: Int

  public init(rawValue: Int) { self.rawValue = rawValue }

  /// `density` and `coverage`.
  public static let densityAndCoverage = GenerationMetrics(rawValue: 1)
  /// `fid_infinity`, which takes fifteen more Fréchet distances.
  public static let extrapolation = GenerationMetrics(rawValue: 2)
}
