import NeuralNet
import TensorCore
import TestSupport

/// How a test weighs the divergence.
struct DivergenceTerm: Sendable {
  var weight: Float = 1
  var freeBits: Float = 0
}

/// What a step of a variational autoencoder sees of each sample.
struct VariationalLosses {
  /// -log p(x|z) in nats.
  var reconstructions: [Double]
  var divergences: [Double]
  var counted: [Double]

  /// The mean over samples of reconstruction and divergence.
  var mean: Double {
    (reconstructions.reduce(0, +) + divergences.reduce(0, +)) / Double(reconstructions.count)
  }
}

/// Runs a variational autoencoder forward and back, as a trainer does for a rank's rows.
///
/// - Parameters:
///   - noise: (rows, latentDimension).
///   - targets: what the likelihood is of; the images by default.
///   - offsets: where the shards of the rows begin and end; one shard by default.
/// - Returns: the losses of each sample. The arena's gradients are then those of the sum over samples.
@discardableResult
func fillGradients(
  of model: VariationalAutoencoder, images: [Float], noise: [Float], targets: [Float]? = nil,
  offsets: [Int]? = nil, divergence: DivergenceTerm = DivergenceTerm(), team: ThreadTeam = singleThread
) -> VariationalLosses {
  let rows = images.count / model.pixelCount
  let trainable: any TrainableModel = model
  trainable.allocate(rows: rows)
  // Copies that have an address even without elements.
  let targets = AlignedBuffer(targets ?? images)
  let (images, noise) = (AlignedBuffer(images), AlignedBuffer(noise))
  let pass = Pass(
    rows: ShardedRows(offsets: offsets ?? [0, rows]), team: team,
    training: TrainingPass(
      seed: 0, step: 0, sampleIndices: ArraySlice(0..<Int32(rows)), sums: LocalShardSums()))
  let empty = [Double](repeating: .nan, count: rows)
  var losses = VariationalLosses(reconstructions: empty, divergences: empty, counted: empty)
  let logits = model.forward(images: images.pointer, noise: noise.pointer, pass: pass)
  model.divergences(
    into: &losses.divergences, counted: &losses.counted, rows: rows, freeBits: divergence.freeBits, team: team
  )
  model.evaluateReconstructions(
    logits: logits, targets: targets.pointer, logitGradient: logits, sampleLosses: &losses.reconstructions,
    rows: rows, team: team)
  model.backward(
    images: images.pointer, noise: noise.pointer, logitGradient: logits, divergenceWeight: divergence.weight,
    freeBits: divergence.freeBits, pass: pass)
  return losses
}
