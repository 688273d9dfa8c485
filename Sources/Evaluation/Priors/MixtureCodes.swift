import RandomNumbers
import TensorCore

/// Codes drawn from a mixture: that of sample i is a function of the mixture, the seed and i, whatever else is drawn.
///
/// The component k is the first whose cumulative weight exceeds a uniform number, and the code is m_k + L_k z with z from
/// N(0, I), in double precision and rounded at the end. The z are the codes that `NormalCodes` gives with the seed.
public struct MixtureCodes: CodeSource {
  public let mixture: GaussianMixture
  private let noiseKey: RandomKey
  private let componentKey: RandomKey
  private let noise: AlignedBuffer<Float>
  private let codes: AlignedBuffer<Float>

  public init(mixture: GaussianMixture, seed: UInt32) {
    self.mixture = mixture
    noiseKey = RandomKey(seed: seed, purpose: .generation)
    componentKey = RandomKey(seed: seed, purpose: .generation, layer: 1)
    noise = AlignedBuffer(count: mixture.dimension)
    codes = AlignedBuffer(count: EvaluationChunks.size * mixture.dimension)
  }

  /// The codes of some samples, (samples, dimension), valid until the next call.
  ///
  /// - Precondition: at most `EvaluationChunks.size` samples.
  public func fill(_ samples: Range<Int>) -> UnsafePointer<Float> {
    precondition(samples.count <= EvaluationChunks.size)
    let dimension = mixture.dimension
    for (index, sample) in samples.enumerated() {
      fillNormal(noise.pointer, count: dimension, key: noiseKey, step: 0, index: sample)
      let component = component(ofSample: sample)
      for row in 0..<dimension {
        let factor = (component * dimension + row) * dimension
        var sum = 0.0
        for column in 0...row { sum += mixture.cholesky[factor + column] * Double(noise.pointer[column]) }
        codes.pointer[index * dimension + row] = Float(mixture.means[component * dimension + row] + sum)
      }
    }
    return UnsafePointer(codes.pointer)
  }

  /// The component that a sample comes from.
  package func component(ofSample sample: Int) -> Int {
    let uniform = unitUniformDouble(componentKey.words(step: 0, index: sample))
    var cumulative = 0.0
    for component in 0..<mixture.componentCount {
      cumulative += mixture.weights[component]
      if uniform < cumulative { return component }
    }
    // The weights' sum may be just below one.
    return mixture.componentCount - 1
  }
}
