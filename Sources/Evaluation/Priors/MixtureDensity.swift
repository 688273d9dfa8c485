import Glibc
import TensorCore

/// A mixture made ready for the expectation step: inverse Cholesky factors and normalisers.
struct MixtureDensity {
  private let components: Int
  private let dimension: Int
  private let paddedDimension: Int
  private let means: [Double]
  /// (components, padded, padded): L^-1 with zeros around.
  private let whitening: AlignedBuffer<Double>
  /// log w_k - log det L_k - d / 2 · log 2 pi.
  private let offsets: [Double]

  init(_ mixture: GaussianMixture) {
    let (components, dimension) = (mixture.componentCount, mixture.dimension)
    let padded = (dimension + 7) / 8 * 8
    whitening = AlignedBuffer(count: components * padded * padded)
    var offsets: [Double] = []
    for component in 0..<components {
      let first = component * dimension * dimension
      let factor = mixture.cholesky[first..<first + dimension * dimension]
      let inverse = lowerTriangularInverse(factor, size: dimension)
      var logDeterminant = 0.0
      for row in 0..<dimension {
        logDeterminant += log(factor[first + row * (dimension + 1)])
        for column in 0...row {
          whitening.pointer[(component * padded + row) * padded + column] = inverse[row * dimension + column]
        }
      }
      offsets.append(
        log(mixture.weights[component]) - logDeterminant - Double(dimension) / 2 * log(2 * Double.pi))
    }
    (self.components, self.dimension, paddedDimension) = (components, dimension, padded)
    means = mixture.means
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
    let capacity = MixtureBlock.capacity
    let centred = block.scratch.pointer
    for column in 0..<dimension {
      let mean = means[component * dimension + column]
      for lane in stride(from: column * capacity, to: (column + 1) * capacity, by: 8) {
        (SIMD8.load(block.transposedCodes.pointer + lane) - mean).store(centred + lane)
      }
    }
    // Else from another component's use of the memory: the factors' zeros would meet them.
    (centred + dimension * capacity).update(
      repeating: 0, count: (paddedDimension - dimension) * capacity)
    let factor = whitening.pointer + component * paddedDimension * paddedDimension
    for first in stride(from: 0, to: block.rows.count, by: 8) {
      var distance = SIMD8<Double>.zero
      for row in stride(from: 0, to: dimension, by: 4) {
        var tile = DoubleTile()
        tile.accumulate(
          factor + row * paddedDimension, leftRowStride: paddedDimension, leftTermStride: 1, centred + first,
          rightTermStride: capacity, terms: row + 4)
        distance += tile.row0 * tile.row0
        distance += tile.row1 * tile.row1
        distance += tile.row2 * tile.row2
        distance += tile.row3 * tile.row3
      }
      (offsets[component] - 0.5 * distance).store(
        block.responsibilities.pointer + component * capacity + first)
    }
  }
}
