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
  let pixels = model.pixelCount
  let key = RandomKey(seed: seed, purpose: .generation)
  let codes = AlignedBuffer<Float>(count: EvaluationChunks.size * latent)
  let chunks = EvaluationChunks(images: count, shards: shards)
  let shardsPerRank = shards / group.size
  func owner(_ chunk: Int) -> Int { chunk % shards / shardsPerRank }

  var drawn: [Float] = []
  for chunk in 0..<chunks.count where owner(chunk) == group.rank {
    let samples = chunks.images(ofChunk: chunk)
    for (row, sample) in samples.enumerated() {
      fillNormal(codes.pointer + row * latent, count: latent, key: key, step: 0, index: sample)
    }
    let logits = model.decoder.forward(input: codes.pointer, rows: samples.count, team: team)
    Activation.sigmoid.apply(logits, to: logits, count: samples.count * pixels)
    drawn += UnsafeBufferPointer(start: logits, count: samples.count * pixels)
  }
  return drawn.withUnsafeBufferPointer { drawn in
    group.gatherBlocks(
      drawn, blockSizes: (0..<chunks.count).map { chunks.images(ofChunk: $0).count * pixels }, owner: owner,
      phase: "generation")
  }
}
