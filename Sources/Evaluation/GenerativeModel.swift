import NeuralNet
import RandomNumbers
import TensorCore

/// A decoder or generator, and the distribution of the codes that it makes images of.
public struct GenerativeModel {
  public let generator: any ImageGenerator
  /// Nil is N(0, I).
  public let prior: GaussianMixture?

  /// - Precondition: the prior's codes are of the generator's dimension.
  public init(generator: any ImageGenerator, prior: GaussianMixture?) {
    precondition(prior.map { $0.dimension == generator.latentDimension } ?? true)
    self.generator = generator
    self.prior = prior
  }

  /// The codes that images are generated from with a seed.
  func codes(seed: UInt32) -> any CodeSource {
    if let prior { return MixtureCodes(mixture: prior, seed: seed) }
    return NormalCodes(dimension: generator.latentDimension, seed: seed)
  }
}

/// Codes of generated images: that of sample i is a function of the distribution, the seed and i, whatever else is drawn.
protocol CodeSource {
  /// The codes of some samples, (samples, dimension), valid until the next call.
  ///
  /// - Precondition: at most `EvaluationChunks.size` samples.
  func fill(_ samples: Range<Int>) -> UnsafePointer<Float>
}

/// Codes from N(0, I).
struct NormalCodes: CodeSource {
  private let dimension: Int
  private let key: RandomKey
  private let codes: AlignedBuffer<Float>

  init(dimension: Int, seed: UInt32) {
    self.dimension = dimension
    key = RandomKey(seed: seed, purpose: .generation)
    codes = AlignedBuffer(count: EvaluationChunks.size * dimension)
  }

  func fill(_ samples: Range<Int>) -> UnsafePointer<Float> {
    for (row, sample) in samples.enumerated() {
      fillNormal(codes.pointer + row * dimension, count: dimension, key: key, step: 0, index: sample)
    }
    return UnsafePointer(codes.pointer)
  }
}
