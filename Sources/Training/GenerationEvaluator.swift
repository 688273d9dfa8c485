import Collectives
import Evaluation
import ImageData
import NeuralNet
import TensorCore

/// Compares images with real ones in the features of one network, and remembers the real ones' statistics from one
/// evaluation to the next. All calls are collective.
final class GenerationEvaluator {
  let network: any FeatureNetwork
  /// Rank 0's.
  private let cache: StatisticsCache?
  private let group: ProcessGroup
  private let team: ThreadTeam
  /// Called on rank 0 with what people should know.
  private let report: (String) -> Void
  private var hasWarned = false
  /// Of the real images that were asked for last; the statistics are rank 0's.
  private var known: (description: String, statistics: RealStatistics?)?

  /// - Parameter cacheFolder: where statistics of real images are kept from one command to the next; nil keeps none.
  /// - Throws: on every rank, 1 where OpenBLAS is not installed: now rather than after an epoch.
  init(
    network: any FeatureNetwork, cacheFolder: String?, group: ProcessGroup, team: ThreadTeam,
    report: @escaping (String) -> Void
  ) throws {
    self.network = network
    var cache: StatisticsCache?
    try group.decideOnRoot(phase: "preparing the comparison of images") {
      let algebra = try linearAlgebraDescription()
      cache = try cacheFolder.map {
        StatisticsCache(folder: $0, environment: try MachineFacts.evaluationEnvironment() + ", " + algebra)
      }
    }
    self.cache = cache
    self.group = group
    self.team = team
    self.report = report
  }

  /// The images that a model draws with `seed`, scored.
  func score(
    _ count: Int, drawnFrom model: GenerativeModel, seed: UInt32, against real: ComparedImages,
    metrics: GenerationMetrics = []
  ) throws -> GenerationScores {
    try score(
      features(count, drawnFrom: model, seed: seed, size: real.images), against: real, metrics: metrics)
  }

  func features(_ count: Int, drawnFrom model: GenerativeModel, seed: UInt32, size: ImageDataset) throws
    -> ImageFeatures?
  {
    try extractFeatures(
      ofGenerated: count, height: size.height, width: size.width, from: model, seed: seed, by: network,
      group: group, team: team)
  }

  func features(of images: ImageDataset) throws -> ImageFeatures? {
    try extractFeatures(
      of: images, by: network, name: "images", group: group, team: team)
  }

  /// - Parameter generated: rank 0's features.
  func score(_ generated: ImageFeatures?, against real: ComparedImages, metrics: GenerationMetrics = [])
    throws
    -> GenerationScores
  {
    if known?.description != real.description {
      known = (
        real.description,
        try loadRealStatistics(
          of: real.images, by: network, cache: cache, group: group, team: team, report: report)
      )
    }
    let scores = try scoreGeneration(
      generated, against: known!.statistics, metrics: metrics, group: group, team: team)
    // The same at every evaluation.
    if group.isRoot && !hasWarned { scores.warnings.forEach(report) }
    hasWarned = true
    return scores
  }
}

/// Images of one side of a comparison.
struct ComparedImages {
  let images: ImageDataset
  /// Which they are.
  let description: String

  /// All of some images, or `limit` of them drawn at random, in their order, if there are more.
  init(_ images: ImageDataset, name: String, limit: Int, side: ComparisonSide) {
    self.images = images.randomSelection(limit, side: side)
    description =
      images.count <= limit
      ? name : "\(name), \(grouped(limit)) of \(grouped(images.count)) drawn at random"
  }
}
