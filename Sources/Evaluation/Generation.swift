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
  count: Int, from model: any ImageCoder, seed: UInt32, shards: Int, group: ProcessGroup, team: ThreadTeam
) -> [Float] {
  let codes = GenerationCodes(latentDimension: model.latentDimension, seed: seed)
  return EvaluationChunks(images: count, shards: shards).gather(
    width: model.pixelCount, group: group, phase: "generation"
  ) { samples in
    UnsafePointer(model.decodeChunk(codes.fill(samples), rows: samples.count, team: team))
  }
}

/// The codes that samples are generated from: that of sample i is a function of the seed and i.
struct GenerationCodes {
  let latentDimension: Int
  private let key: RandomKey
  private let codes: AlignedBuffer<Float>

  init(latentDimension: Int, seed: UInt32) {
    self.latentDimension = latentDimension
    key = RandomKey(seed: seed, purpose: .generation)
    codes = AlignedBuffer(count: EvaluationChunks.size * latentDimension)
  }

  /// The codes of a chunk's samples, (samples, latent dimension), valid until the next call.
  func fill(_ samples: Range<Int>) -> UnsafePointer<Float> {
    for (row, sample) in samples.enumerated() {
      fillNormal(
        codes.pointer + row * latentDimension, count: latentDimension, key: key, step: 0, index: sample)
    }
    return UnsafePointer(codes.pointer)
  }
}
