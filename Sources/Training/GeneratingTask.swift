import Collectives
import Evaluation
import ImageData
import NeuralNet
import TensorCore

/// A task whose model makes images of codes.
protocol GeneratingTask: TrainingTask {
  var configuration: RunConfiguration { get }
  var coder: any ImageCoder { get }
  /// Compares generated images with held-out ones at each evaluation; nil compares none.
  var generation: GenerationEvaluator? { get set }
}

extension GeneratingTask {
  var model: any TrainableModel { coder }

  /// The figures of generated images, where the run shall have them; a collective call.
  func scoreGeneratedImages(against images: ImageDataset, part: SplitPart) throws -> [(
    name: String, value: Double
  )] {
    guard let generation else { return [] }
    let count = configuration.fidSamples
    return try generation.score(
      count, drawnFrom: coder, seed: configuration.seed,
      against: ComparedImages(images, name: part.rawValue, limit: count, side: .real)
    ).named
  }

  func showpieces(splits: DataSplits, group: ProcessGroup, team: ThreadTeam) -> Showpieces {
    let samples = generateImages(
      count: 100, from: coder, seed: configuration.seed, shards: configuration.shards, group: group,
      team: team)
    guard group.isRoot else { return Showpieces() }
    return Showpieces(
      samples: samples, reconstructions: reconstructImages(of: splits.test, first: 5, by: coder, team: team))
  }
}
