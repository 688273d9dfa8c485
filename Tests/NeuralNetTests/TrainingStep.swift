import NeuralNet
import TensorCore
import TestSupport

/// The team of the calling thread alone.
let singleThread = ThreadTeam(count: 1)

/// Runs an autoencoder forward, evaluates the loss and runs it back, as a trainer does for a rank's rows.
///
/// - Parameter offsets: where the shards of the rows begin and end; one shard by default.
/// - Returns: the loss of each sample. The arena's gradients are then those of the sum over samples.
@discardableResult
func fillGradients(
  of model: Autoencoder, images: [Float], offsets: [Int]? = nil, loss: ReconstructionLoss = .bce,
  team: ThreadTeam = singleThread
) -> [Double] {
  let rows = images.count / model.pixelCount
  model.allocate(rows: rows)
  var losses = [Double](repeating: .nan, count: rows)
  images.withUnsafeBufferPointer { images in
    // An empty array may have no address; a rank may have no rows.
    let pointer = images.baseAddress ?? UnsafePointer(model.arena.values.pointer)
    let pass = Pass(
      rows: ShardedRows(offsets: offsets ?? [0, rows]), team: team,
      training: TrainingPass(
        seed: 0, step: 0, sampleIndices: ArraySlice(0..<Int32(rows)), sums: LocalShardSums()))
    let logits = model.forward(images: pointer, pass: pass)
    ReconstructionObjective(loss, height: 1, width: model.pixelCount).evaluate(
      logits: logits, targets: pointer, logitGradient: logits, sampleLosses: &losses, rows: rows, team: team)
    model.backward(images: pointer, logitGradient: logits, pass: pass)
  }
  return losses
}

extension ParameterArena {
  /// Copies of the values, and of the gradients, by parameter.
  var valueArrays: [[Float]] {
    parameters.map { Array(UnsafeBufferPointer(start: $0.values, count: $0.count)) }
  }

  var gradientArrays: [[Float]] {
    parameters.map { Array(UnsafeBufferPointer(start: $0.gradients, count: $0.count)) }
  }

  /// Sets every parameter from the array that `values` gives for it.
  func load(_ values: (Parameter) throws -> [Float]) rethrows {
    for parameter in parameters {
      let array = try values(parameter)
      precondition(array.count == parameter.count, "\(parameter.name) has \(parameter.count) elements")
      parameter.values.update(from: array, count: array.count)
    }
  }
}
