import Collectives
import NeuralNet
import RandomNumbers
import TensorCore

/// Images drawn from a decoder with codes from N(0, I); a collective call, shared over ranks by chunks.
///
/// The code of sample i depends on the seed and i alone, so the first 100 samples are the same whether 100 or 10,000
/// are drawn.
///
/// - Precondition: the model has room for `EvaluationChunks.size` rows.
/// - Returns: (count, pixels) in [0, 1] on rank 0, nothing on the others.
public func generateImages(
  count: Int, from model: Autoencoder, seed: UInt32, shards: Int, group: ProcessGroup, team: ThreadTeam
) -> [Float] {
  let latent = model.latentDimension
  let key = RandomKey(seed: seed, purpose: .generation)
  let codes = AlignedBuffer<Float>(count: EvaluationChunks.size * latent)
  return EvaluationChunks(images: count, shards: shards).gather(
    width: model.pixelCount, group: group, phase: "generation"
  ) { samples in
    for (row, sample) in samples.enumerated() {
      fillNormal(codes.pointer + row * latent, count: latent, key: key, step: 0, index: sample)
    }
    return UnsafePointer(model.decodeChunk(codes.pointer, rows: samples.count, team: team))
  }
}
