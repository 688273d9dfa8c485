import NeuralNet
import RandomNumbers
import TensorCore

/// A decoder or generator, and the distribution of the codes that it makes images of.
public struct GenerativeModel {
  public let generator: any ImageGenerator
  /// Nil is N(0, I).
  public let prior: GaussianMixture?
  /// The class of all images; nil has every class in turn, where the generator has classes.
  public let onlyClass: Int?

  /// - Precondition: the prior's codes are of the generator's dimension, and the class is one that it has.
  public init(generator: any ImageGenerator, prior: GaussianMixture?, onlyClass: Int? = nil) {
    precondition(prior.map { $0.dimension == generator.latentDimension } ?? true)
    precondition(onlyClass.map { (0..<(generator.classCount ?? 0)).contains($0) } ?? true)
    self.generator = generator
    self.prior = prior
    self.onlyClass = onlyClass
  }

  /// The codes that images are generated from with a seed.
  func codes(seed: UInt32) -> any CodeSource {
    if let prior { return MixtureCodes(mixture: prior, seed: seed) }
    return NormalCodes(dimension: generator.latentDimension, seed: seed)
  }

  /// The images of some samples, (samples, pixels) in [0, 1], valid until the next call. Of a generator with classes,
  /// sample k is of class k modulo their number.
  ///
  /// - Parameter codes: as `codes(seed:)` gives them.
  /// - Precondition: at most `EvaluationChunks.size` samples.
  func generate(_ samples: Range<Int>, codes: any CodeSource, team: ThreadTeam) -> UnsafeMutablePointer<Float>
  {
    let labels = generator.classCount.map { classes in samples.map { UInt8(onlyClass ?? $0 % classes) } }
    return generator.generate(
      codes: codes.fill(samples), pass: Pass(rowCount: samples.count, team: team).labelled(labels))
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
