import Collectives
import Evaluation
import ImageData
import NeuralNet
import TensorCore

/// Rebuilding images: an autoencoder and a loss between image and reconstruction.
final class ReconstructionTask: TrainingTask {
  let configuration: RunConfiguration
  let autoencoder: Autoencoder
  let objective: ReconstructionObjective
  /// Compares generated images with held-out ones at each evaluation; nil compares none.
  var generation: GenerationEvaluator?
  private var logits: UnsafeMutablePointer<Float>!

  /// - Throws: a usage failure where images of that size don't fit the model or the loss.
  init(_ configuration: RunConfiguration, height: Int, width: Int) throws {
    self.configuration = configuration
    autoencoder = try configuration.makeAutoencoder(height: height, width: width)
    objective = try configuration.makeObjective(height: height, width: width)
  }

  var model: any TrainableModel { autoencoder }

  func forward(images: UnsafePointer<Float>, pass: Pass) {
    logits = autoencoder.forward(images: images, pass: pass)
  }

  func evaluateLosses(
    images: UnsafePointer<Float>, samples: ArraySlice<Int32>, sampleLosses: UnsafeMutablePointer<Double>,
    pass: Pass
  ) {
    objective.evaluate(
      logits: logits, targets: images, logitGradient: nil, sampleLosses: sampleLosses, rows: pass.rowCount,
      team: pass.team)
  }

  func backward(
    images: UnsafePointer<Float>, samples: ArraySlice<Int32>, sampleLosses: UnsafeMutablePointer<Double>,
    pass: Pass
  ) {
    objective.evaluate(
      logits: logits, targets: images, logitGradient: logits, sampleLosses: sampleLosses, rows: pass.rowCount,
      team: pass.team)
    autoencoder.backward(images: images, logitGradient: logits, pass: pass)
  }

  func score(_ images: ImageDataset, part: SplitPart, group: ProcessGroup, team: ThreadTeam) throws -> Scores
  {
    var scores = Scores(
      evaluateReconstructions(
        of: images, by: autoencoder, objective: objective, shards: configuration.shards, group: group,
        team: team))
    if let generation {
      scores.named += try generation.score(
        configuration.fidSamples, drawnFrom: autoencoder, seed: configuration.seed,
        against: ComparedImages(
          images, name: part.rawValue, limit: configuration.fidSamples, side: .real)
      ).named
    }
    return scores
  }

  func showpieces(splits: DataSplits, group: ProcessGroup, team: ThreadTeam) -> Showpieces {
    let samples = generateImages(
      count: 100, from: autoencoder, seed: configuration.seed, shards: configuration.shards, group: group,
      team: team)
    guard group.isRoot else { return Showpieces() }
    return Showpieces(
      samples: samples,
      reconstructions: reconstructImages(of: splits.test, first: 5, by: autoencoder, team: team))
  }
}
