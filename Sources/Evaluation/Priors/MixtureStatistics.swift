import Diagnostics
import TensorCore

/// The sums of a maximisation step: the log-likelihood and, for each component, the counts and moments of its codes
/// about a shift.
///
/// With the responsibilities r, the sums over codes are N = sum r, T = sum r (x - c), S = sum r (x - c) (x - c)^T. The
/// shift c is the component's mean before the step, which all ranks know: one pass is enough, and little cancels in the
/// covariance.
struct MixtureStatistics {
  let components: Int
  let dimension: Int
  let paddedDimension: Int
  /// c, (components, dimension).
  let shifts: [Double]

  init(shifts: [Double], components: Int) {
    self.shifts = shifts
    self.components = components
    dimension = shifts.count / components
    paddedDimension = (dimension + 7) / 8 * 8
  }

  /// How many numbers the sums are: the log-likelihood, then N, T and S of each component.
  var width: Int { 1 + components * componentWidth }
  private var componentWidth: Int { 1 + paddedDimension * (paddedDimension + 1) }

  /// Adds the block's codes with their responsibilities; of S the tiles at and below the diagonal.
  func add(_ block: MixtureBlock, to sums: UnsafeMutablePointer<Double>) {
    let padded = paddedDimension
    let (centred, weighted) = (block.scratch.pointer, block.moreScratch.pointer)
    for component in 0..<components {
      let count = sums + 1 + component * componentWidth
      let (first, second) = (count + 1, count + 1 + padded)
      let responsibilities = block.responsibilities.pointer + component * MixtureBlock.capacity
      // Codes far from a component have no share in it at all, to rounding, and add nothing.
      var terms = 0
      for code in 0..<block.rows.count where responsibilities[code] != 0 {
        let share = responsibilities[code]
        let source = block.codes.pointer + code * padded
        let (deviation, product) = (centred + terms * padded, weighted + terms * padded)
        for column in 0..<dimension {
          deviation[column] = source[column] - shifts[component * dimension + column]
          product[column] = share * deviation[column]
          first[column] += product[column]
        }
        for column in dimension..<padded { (deviation[column], product[column]) = (0, 0) }
        count[0] += share
        terms += 1
      }
      for row in stride(from: 0, to: dimension, by: 4) {
        for column in stride(from: 0, through: row + 3, by: 8) {
          addProductTile(
            weighted + row, leftStride: padded, centred + column, rightStride: padded, terms: terms,
            to: second + row * padded + column, rowStride: padded)
        }
      }
    }
  }

  /// The mixture with the moments of the sums, as scikit-learn's `_estimate_gaussian_parameters` has it:
  /// n = N + 10 · 2.2e-16, w = n / sum n, m = sum r x / n, covariance sum r (x - m) (x - m)^T / n + regularisation · I.
  ///
  /// - Throws: 65 naming the component whose covariance is not positive definite.
  func mixture(of sums: [Double], regularization: Double) throws(Failure) -> GaussianMixture {
    let floor = 10 * Double.ulpOfOne
    var (counts, means, factors): ([Double], [Double], [Double]) = ([], [], [])
    for component in 0..<components {
      let start = 1 + component * componentWidth
      let (total, second) = (sums[start], start + 1 + paddedDimension)
      let count = total + floor
      let first = sums[(start + 1)..<(start + 1 + dimension)].map { $0 }
      let shift = shifts[(component * dimension)..<((component + 1) * dimension)].map { $0 }
      let move = (0..<dimension).map { (first[$0] - floor * shift[$0]) / count }
      var covariance = [Double](repeating: 0, count: dimension * dimension)
      for row in 0..<dimension {
        for column in 0...row {
          let scatter =
            sums[second + row * paddedDimension + column]
            - (first[row] * move[column] + move[row] * first[column] - total * move[row] * move[column])
          covariance[row * dimension + column] = scatter / count + (row == column ? regularization : 0)
        }
      }
      guard let factor = choleskyFactor(covariance, size: dimension) else {
        throw Failure(
          .badData,
          "the covariance of the prior's component \(component + 1) of \(components) is not positive definite",
          help:
            "choose fewer components, or train with --latent-activation linear: ReLU's exact zeros have no variance"
        )
      }
      counts.append(count)
      means += (0..<dimension).map { shift[$0] + move[$0] }
      factors += factor
    }
    let sum = counts.reduce(0, +)
    return GaussianMixture(weights: counts.map { $0 / sum }, means: means, cholesky: factors)
  }
}
