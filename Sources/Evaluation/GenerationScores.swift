import Diagnostics
import TensorCore

/// How close generated images are to real ones.
///
/// A figure that needs more images than there are is absent, and a warning says why; so is what was not asked for.
public struct GenerationScores: Sendable, Equatable {
  /// The feature network's name.
  public let network: String
  public let realCount: Int
  public let generatedCount: Int
  /// Features of an image.
  public let dimension: Int
  /// Directions in which the features of the real images vary.
  public let realRank: Int
  /// Directions in which those of the generated images vary.
  public let generatedRank: Int
  /// Real images in each half behind `fid_floor`; nil where there is none.
  public let floorCount: Int?
  /// Noise images behind `fid_ceiling`.
  public let ceilingCount: Int
  /// Generated images in each class that the network tells apart; nil where it has none.
  public let classHistogram: [Int]?
  /// What people should know beside the figures, a line each.
  public let warnings: [String]
  /// By the order of `GenerationMetric`.
  private let values: [Double?]

  init(
    network: String, realCount: Int, generatedCount: Int, dimension: Int, realRank: Int, generatedRank: Int,
    floorCount: Int?, ceilingCount: Int,
    classHistogram: [Int]?, warnings: [String], values: [Double?]
  ) {
    precondition(values.count == GenerationMetric.allCases.count)
    self.network = network
    self.realCount = realCount
    self.generatedCount = generatedCount
    self.dimension = dimension
    self.realRank = realRank
    self.generatedRank = generatedRank
    self.floorCount = floorCount
    self.ceilingCount = ceilingCount
    self.classHistogram = classHistogram
    self.warnings = warnings
    self.values = values
  }

  public subscript(metric: GenerationMetric) -> Double? {
    values[GenerationMetric.allCases.firstIndex(of: metric)!]
  }

  /// The Fréchet distance, which there always is.
  public var frechetDistance: Double { self[.frechetDistance]! }

  /// That covariances are singular, if one is; nil otherwise. No fault: features of a ReLU that no image excites never
  /// vary, and the distance allows for it.
  public var covarianceNote: String? {
    if min(realRank, generatedRank) == dimension { return nil }
    return
      "real images vary in \(realRank) and generated ones in \(generatedRank) of \(dimension) directions of their "
      + "features; \(GenerationMetric.frechetDistance.key(network: network)) allows for singular covariances"
  }

  /// The figures that there are, by key and in the order of `GenerationMetric`, then the shares of classes.
  public var named: [(name: String, value: Double)] {
    var named: [(name: String, value: Double)] = []
    for (metric, value) in zip(GenerationMetric.allCases, values) {
      if let value { named.append((metric.key(network: network), value)) }
    }
    for (label, count) in (classHistogram ?? []).enumerated() {
      named.append(("class_share_\(label)[\(network)]", Double(count) / Double(generatedCount)))
    }
    return named
  }
}

extension GenerationScores {
  /// Compares generated images with real ones.
  ///
  /// - Parameter metrics: what to compute beside the usual.
  /// - Throws: 65 for fewer than two generated images, or features of another dimension than the real ones'; 1 where
  ///   OpenBLAS is not installed.
  public init(
    real: RealStatistics, generated: ImageFeatures, metrics: GenerationMetrics = [], team: ThreadTeam
  ) throws(Failure) {
    let features = generated.features
    guard features.dimension == real.dimension else {
      throw Failure(
        .badData,
        "\(real.dimension) real features and \(features.dimension) generated ones can't be compared",
        help: "compute both with the same feature network")
    }
    var values = [Double?](repeating: nil, count: GenerationMetric.allCases.count)
    func set(_ metric: GenerationMetric, _ value: Double?) {
      values[GenerationMetric.allCases.firstIndex(of: metric)!] = value
    }
    var warnings: [String] = []
    func warn(absent metrics: GenerationMetric..., because reason: String) {
      let keys = metrics.map { $0.key(network: real.network) }
      warnings.append("no \(keys.joined(separator: ", ")): \(reason)")
    }

    let distance = try FrechetDistance(real: real.gaussian, generated: GaussianFit(of: features, team: team))
    set(.frechetDistance, distance.value)
    set(.relativeFrechetDistance, distance.relativeValue)
    set(.frechetFloor, real.floor?.value)
    set(.frechetCeiling, real.ceiling.value)
    warnings += distance.warnings(key: GenerationMetric.frechetDistance.key(network: real.network))

    if let floor = real.floor, floor.imageCount <= real.dimension {
      warnings.append(
        "\(GenerationMetric.frechetFloor.key(network: real.network)) is far too large, too: halves of the real images "
          + "have \(floor.imageCount)")
    }

    let subsets = try KernelSubsets(
      realCount: real.count, generatedCount: features.count, seed: RealStatistics.seed)
    let kernelDistance = try KernelDistance(
      real: real.features, generated: features, subsets: subsets,
      realSums: subsets.size == real.kernelSubsetSize && subsets.real.count == real.kernelSums.count
        ? real.kernelSums : nil, team: team)
    set(.kernelDistance, kernelDistance.mean)
    if subsets.real.count > 1 { set(.kernelDistanceDeviation, kernelDistance.standardDeviation) }

    if let neighbours = real.neighbours, features.count > SupportScores.precisionNeighbours {
      let support = try SupportScores(
        real: real.features, generated: features, realNeighbours: neighbours, team: team)
      set(.precision, support.precision)
      set(.recall, support.recall)
      if metrics.contains(.densityAndCoverage) {
        set(.density, support.density)
        set(.coverage, support.coverage)
      }
    } else {
      warn(
        absent: .precision, .recall,
        because: "\(real.count) real and \(features.count) generated images have too few neighbours; "
          + "at least \(SupportScores.densityNeighbours + 1) and \(SupportScores.precisionNeighbours + 1) are "
          + "needed")
    }
    if metrics.contains(.extrapolation) {
      do {
        let extrapolation = try FrechetExtrapolation(
          real: real.gaussian, generated: features, seed: RealStatistics.seed, team: team)
        set(.extrapolatedFrechetDistance, extrapolation.value)
      } catch {
        guard error.code == .badData else { throw error }
        warn(absent: .extrapolatedFrechetDistance, because: error.reason)
      }
    }
    if let probabilities = generated.probabilities {
      do {
        let score = try ClassifierScore(probabilities: probabilities)
        set(.classifierScore, score.mean)
        set(.classifierScoreDeviation, score.standardDeviation)
      } catch {
        warn(absent: .classifierScore, because: error.reason)
      }
    }
    self.init(
      network: real.network, realCount: real.count, generatedCount: features.count,
      dimension: real.dimension, realRank: distance.realRank, generatedRank: distance.generatedRank,
      floorCount: real.floor?.imageCount, ceilingCount: real.ceiling.imageCount,
      classHistogram: generated.probabilities.map { Evaluation.classHistogram(probabilities: $0) },
      warnings: warnings, values: values)
  }
}

extension FrechetDistance {
  /// What people should know who read the distance under this key.
  fileprivate func warnings(key: String) -> [String] {
    var warnings: [String] = []
    for (side, count) in [("real", realCount), ("generated", generatedCount)] where count <= dimension {
      warnings.append(
        "\(count) \(side) images are too few for \(dimension) features: \(key) is far too large; 10,000 are usual"
      )
    }
    return warnings
  }
}

extension Failure {
  /// Message and remedy in one line.
  fileprivate var reason: String { message + (help.map { "; \($0)" } ?? "") }
}
