import Glibc
import TensorCore

/// A mixture made ready for the expectation step: inverse Cholesky factors and normalisers.
struct MixtureDensity {
  private let components: Int
  private let dimension: Int
  private let paddedDimension: Int
  /// (components, padded), with zeros in the padding.
  private let means: AlignedBuffer<Double>
  /// (components, padded, padded): the transpose of L^-1 with zeros around.
  private let whitening: AlignedBuffer<Double>
  /// log w_k - log det L_k - d / 2 · log 2 pi.
  private let offsets: [Double]

  init(_ mixture: GaussianMixture) {
    let (components, dimension) = (mixture.componentCount, mixture.dimension)
    let padded = (dimension + 7) / 8 * 8
    whitening = AlignedBuffer(count: components * padded * padded)
    means = AlignedBuffer(count: components * padded)
    var offsets: [Double] = []
    for component in 0..<components {
      let first = component * dimension * dimension
      let factor = mixture.cholesky[first..<first + dimension * dimension]
      let inverse = lowerTriangularInverse(factor, size: dimension)
      var logDeterminant = 0.0
      for row in 0..<dimension {
        means.pointer[component * padded + row] = mixture.means[component * dimension + row]
        logDeterminant += log(factor[first + row * (dimension + 1)])
        for column in 0...row {
          whitening.pointer[(component * padded + column) * padded + row] = inverse[row * dimension + column]
        }
      }
      offsets.append(
        log(mixture.weights[component]) - logDeterminant - Double(dimension) / 2 * log(2 * Double.pi))
    }
    (self.components, self.dimension, paddedDimension) = (components, dimension, padded)
    self.offsets = offsets
  }

  /// Writes the block's responsibilities.
  ///
  /// log p(k, x) = offset_k - |L_k^-1 (x - m_k)|^2 / 2, log p(x) from their exponentials relative to the largest, and
  /// p(k | x) = exp(log p(k, x) - log p(x)).
  ///
  /// - Returns: the sum of log p(x) over the block, code after code.
  func evaluate(_ block: MixtureBlock) -> Double {
    for component in 0..<components { logJoint(component, of: block) }
    var sum = 0.0
    let values = block.responsibilities.pointer
    for code in 0..<block.rows.count {
      var largest = -Double.infinity
      for component in 0..<components {
        largest = max(largest, values[component * MixtureBlock.capacity + code])
      }
      var total = 0.0
      for component in 0..<components {
        total += exp(values[component * MixtureBlock.capacity + code] - largest)
      }
      let logDensity = largest + log(total)
      for component in 0..<components {
        let element = component * MixtureBlock.capacity + code
        values[element] = exp(values[element] - logDensity)
      }
      sum += logDensity
    }
    return sum
  }

  /// Writes log p(k, x) of one component where its responsibilities will stand.
  private func logJoint(_ component: Int, of block: MixtureBlock) {
    let padded = paddedDimension
    let factor = whitening.pointer + component * padded * padded
    let mean = means.pointer + component * padded
    let (centred, whitened) = (block.scratch.pointer, block.moreScratch.pointer)
    for first in stride(from: 0, to: block.rows.count, by: 8) {
      let codes = block.transposedCodes.pointer + first * padded
      for column in 0..<padded { (SIMD8.load(codes + column * 8) - mean[column]).store(centred + column * 8) }
      whitened.update(repeating: 0, count: 8 * padded)
      for row in stride(from: 0, to: dimension, by: 4) {
        addProductTile(
          factor + row, leftStride: padded, centred, rightStride: 8, terms: row + 4, to: whitened + row * 8,
          rowStride: 8)
      }
      var distance = SIMD8<Double>.zero
      for row in 0..<dimension {
        let element = SIMD8.load(whitened + row * 8)
        distance += element * element
      }
      (offsets[component] - 0.5 * distance).store(
        block.responsibilities.pointer + component * MixtureBlock.capacity + first)
    }
  }
}
