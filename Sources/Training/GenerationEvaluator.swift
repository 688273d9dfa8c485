import Collectives
import Evaluation
import ImageData
import NeuralNet
import TensorCore

/// Compares images with real ones in the features of one network, and remembers the real ones' statistics from one
/// evaluation to the next. All calls are collective.
final class GenerationEvaluator {
  let network: any FeatureNetwork
  private let cache: StatisticsCache?
  private let shards: Int
  private let group: ProcessGroup
  private let team: ThreadTeam
  /// Called on rank 0 with what people should know.
  private let report: (String) -> Void
  /// Of the real images that were asked for last; the statistics are rank 0's.
  private var known: (description: String, statistics: RealStatistics?)?

  /// - Parameter cacheFolder: where statistics of real images are kept from one command to the next; nil keeps none.
  init(
    network: any FeatureNetwork, cacheFolder: String?, shards: Int, group: ProcessGroup, team: ThreadTeam,
    report: @escaping (String) -> Void
  ) throws {
    self.network = network
    let environment = try MachineFacts.evaluationEnvironment()
    cache = cacheFolder.map { StatisticsCache(folder: $0, environment: environment) }
    self.shards = shards
    self.group = group
    self.team = team
    self.report = report
  }

  /// The images that a model draws with `seed`, scored.
  func score(
    _ count: Int, drawnFrom model: any ImageCoder, seed: UInt32, against real: RealImages,
    metrics: GenerationMetrics = []
  ) throws -> GenerationScores {
    try score(
      features(count, drawnFrom: model, seed: seed, size: real.images), against: real, metrics: metrics)
  }

  func features(_ count: Int, drawnFrom model: any ImageCoder, seed: UInt32, size: ImageDataset) throws
    -> ImageFeatures?
  {
    try extractFeatures(
      ofGenerated: count, height: size.height, width: size.width, from: model, seed: seed, by: network,
      shards: shards, group: group, team: team)
  }

  func features(of images: ImageDataset) throws -> ImageFeatures? {
    try extractFeatures(
      of: images, by: network, name: "images", shards: shards, group: group, team: team)
  }

  /// - Parameter generated: rank 0's features.
  func score(_ generated: ImageFeatures?, against real: RealImages, metrics: GenerationMetrics = []) throws
    -> GenerationScores
  {
    if known?.description != real.description {
      known = (
        real.description,
        try loadRealStatistics(
          of: real.images, description: real.description, by: network, cache: cache, shards: shards,
          group: group, team: team, report: report)
      )
    }
    return try scoreGeneration(
      generated, against: known!.statistics, metrics: metrics, group: group, team: team)
  }
}

/// Real images that others are compared with.
struct RealImages {
  let images: ImageDataset
  /// Which they are, for caches and people.
  let description: String

  /// All of some images, or `limit` of them drawn at random, in their order, if there are more.
  init(_ images: ImageDataset, name: String, limit: Int) {
    if images.count <= limit {
      self.images = images
      description = name
    } else {
      self.images = images.randomSelection(limit)
      description = "\(name), \(grouped(limit)) of \(grouped(images.count)) drawn at random"
    }
  }
}
