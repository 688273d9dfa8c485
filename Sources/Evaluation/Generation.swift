import Collectives
import NeuralNet
import TensorCore

/// Images drawn from a model; a collective call, shared over ranks by chunks.
///
/// The code and class of sample i depend on the prior, the seed and i alone, so the first 100 samples are the same whether 100 or
/// 10,000 are drawn.
///
/// - Precondition: the model has room for `EvaluationChunks.size` rows.
/// - Returns: (count, pixels) in [0, 1] on rank 0, nothing on the others.
public func generateImages(
  count: Int, from model: GenerativeModel, seed: UInt32, shards: Int, group: ProcessGroup, team: ThreadTeam
) -> [Float] {
  let codes = model.codes(seed: seed)
  return EvaluationChunks(images: count, shards: shards).gather(
    width: model.generator.pixelCount, group: group, phase: "generation"
  ) { samples in
    UnsafePointer(model.generate(samples, codes: codes, team: team))
  }
}
