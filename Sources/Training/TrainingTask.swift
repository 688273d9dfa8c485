import Collectives
import ImageData
import NeuralNet
import TensorCore

/// What a run learns: its model, its loss, its scores, and what it shows of itself at the end. The trainer around it has
/// the loop, the sums over ranks, the updates, checkpoints and records, and is the same for every task.
protocol TrainingTask: AnyObject {
  var model: any TrainableModel { get }

  /// What is metered of each of the model's arenas, in their order.
  var quantities: [LossMeter.Quantities] { get }

  /// Scores the model on held-out images; a collective call that gives the same bits on every rank.
  ///
  /// - Parameter part: what the images are of the data.
  /// - Precondition: the model has room for `EvaluationChunks.size` rows.
  func score(_ images: ImageDataset, part: SplitPart, group: ProcessGroup, team: ThreadTeam) throws -> Scores

  /// What a finished model shows; a collective call whose result rank 0 has.
  func showpieces(splits: DataSplits, group: ProcessGroup, team: ThreadTeam) -> Showpieces
}

/// A task whose step is one loss of each image, one backward pass and one update.
protocol SingleLossTask: TrainingTask {
  /// Takes a batch's rows of this rank forward; the sums of the last step may still be read by others.
  ///
  /// - Parameter images: (rows, pixels) in [0, 1].
  func forward(images: UnsafePointer<Float>, pass: Pass)

  /// Writes the losses of the rows taken forward; in training, their gradient is there for `backward` then.
  ///
  /// - Parameters:
  ///   - images: as given to `forward`.
  ///   - samples: the rows' indices in the training images.
  ///   - sampleLosses: (rows).
  func evaluateLosses(
    images: UnsafePointer<Float>, samples: ArraySlice<Int32>, sampleLosses: UnsafeMutablePointer<Double>,
    pass: Pass)

  /// Fills the gradients of all parameters with those of the sum of the losses, which were evaluated just before.
  func backward(images: UnsafePointer<Float>, pass: Pass)
}

extension SingleLossTask {
  var quantities: [LossMeter.Quantities] { [LossMeter.Quantities()] }
}

/// What a finished model shows of itself in the run's folder; empty on all ranks but rank 0.
struct Showpieces {
  /// (100, pixels) in [0, 1]; nil where the model makes no images.
  var samples: [Float]?
  /// Of the first test images; nil where the model rebuilds none.
  var reconstructions: Reconstructions?
}
