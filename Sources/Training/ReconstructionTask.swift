import Collectives
import Evaluation
import ImageData
import NeuralNet
import TensorCore

/// Rebuilding images: an autoencoder and a loss between image and reconstruction.
final class ReconstructionTask: CodingTask, SingleLossTask {
  let configuration: RunConfiguration
  let autoencoder: Autoencoder
  let objective: ReconstructionObjective
  var generation: GenerationEvaluator?
  var prior = FittedPrior.normal
  /// Of the last `forward`; in training, after the losses, their gradient.
  private var logits: UnsafeMutablePointer<Float>!

  /// - Throws: a usage failure where images of that size don't fit the model or the loss.
  init(_ configuration: RunConfiguration, height: Int, width: Int) throws {
    self.configuration = configuration
    autoencoder = try configuration.makeAutoencoder(height: height, width: width)
    objective = try configuration.makeObjective(height: height, width: width)
  }

  var coder: any ImageCoder { autoencoder }

  func forward(images: UnsafePointer<Float>, pass: Pass) {
    logits = autoencoder.forward(images: images, pass: pass)
  }

  func evaluateLosses(
    images: UnsafePointer<Float>, samples: ArraySlice<Int32>, sampleLosses: UnsafeMutablePointer<Double>,
    pass: Pass
  ) {
    objective.evaluate(
      logits: logits, targets: images, logitGradient: pass.training == nil ? nil : logits,
      sampleLosses: sampleLosses, rows: pass.rowCount, team: pass.team)
  }

  func backward(images: UnsafePointer<Float>, pass: Pass) {
    autoencoder.backward(images: images, logitGradient: logits, pass: pass)
  }

  func score(_ images: ImageDataset, part: SplitPart, group: ProcessGroup, team: ThreadTeam) throws -> Scores
  {
    var scores = Scores(
      evaluateReconstructions(
        of: images, by: autoencoder, objective: objective, shards: configuration.shards, group: group,
        team: team))
    scores.named += try scoreGeneratedImages(against: images, part: part)
    return scores
  }
}
