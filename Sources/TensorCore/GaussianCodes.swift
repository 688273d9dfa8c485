// The codes of a variational autoencoder: elementwise kernels over normal distributions N(m, exp(v)), one for each row
// and dimension, given by their mean m and their log-variance v.
//
// Source: Kingma and Welling, "Auto-encoding variational Bayes", 2014, appendix B.

/// Draws a number from each distribution: code = m + exp(v / 2) noise.
///
/// - Parameters:
///   - noise: standard normal numbers.
///   - codes: may be any of the others.
public func sampleGaussians(
  means: UnsafePointer<Float>, logVariances: UnsafePointer<Float>, noise: UnsafePointer<Float>,
  codes: UnsafeMutablePointer<Float>, count: Int, team: ThreadTeam
) {
  forEachVector(count, team: team) { offset, width in
    let deviation = Vector.exp(Vector.loadPartial(logVariances + offset, count: width) * 0.5)
    multiplyAdd(
      deviation, Vector.loadPartial(noise + offset, count: width),
      Vector.loadPartial(means + offset, count: width)
    ).storePartial(codes + offset, count: width)
  }
}

/// The divergence of each row's distributions from the standard normal one, in nats:
///
///     KL_d = (exp(v) + m^2 - 1 - v) / 2        divergence = sum over d of KL_d
///
/// and the part of it that counts where each dimension has some nats for free:
///
///     counted = sum over d of max(freeBits, KL_d)
///
/// Source of the free bits: Kingma et al., "Improved variational inference with inverse autoregressive flow", 2016,
/// appendix C.8. There KL_d is first averaged over the batch; here each sample has its own bound, so that a sample's loss
/// does not depend on the others.
///
/// No KL_d is negative. Dimensions are added one by one in double. NaN stays.
///
/// - Parameters:
///   - means: (rows, dimensions), as `logVariances`.
///   - divergences: (rows), as `counted`.
///   - freeBits: nats a dimension, 0 for none.
public func gaussianDivergences(
  means: UnsafePointer<Float>, logVariances: UnsafePointer<Float>,
  divergences: UnsafeMutablePointer<Double>, counted: UnsafeMutablePointer<Double>, rows: Int,
  dimensions: Int, freeBits: Float, team: ThreadTeam
) {
  team.forEachRange(rows) { range in
    for row in range {
      let (means, logVariances) = (means + row * dimensions, logVariances + row * dimensions)
      var (sum, sumCounted) = (0.0, 0.0)
      for first in stride(from: 0, to: dimensions, by: 8) {
        let width = min(8, dimensions - first)
        let divergence = gaussianDivergence(
          mean: .loadPartial(means + first, count: width),
          growth: Vector.exponentialMinusOne(.loadPartial(logVariances + first, count: width)))
        for lane in 0..<width {
          sum += Double(divergence[lane])
          sumCounted += Double(divergence[lane] < freeBits ? freeBits : divergence[lane])
        }
      }
      divergences[row] = sum
      counted[row] = sumCounted
    }
  }
}

/// The gradients of means and log-variances, from that of the codes that `sampleGaussians` drew and of
/// weight · max(freeBits, KL_d):
///
///     by m:  g + weight m,        by v:  g exp(v / 2) noise / 2 + weight (exp(v) - 1) / 2
///
/// without the terms with `weight` where KL_d < freeBits.
///
/// - Parameters:
///   - codeGradient: g.
///   - meanGradient: may be `codeGradient`.
public func gaussianGradients(
  means: UnsafePointer<Float>, logVariances: UnsafePointer<Float>, noise: UnsafePointer<Float>,
  codeGradient: UnsafePointer<Float>, divergenceWeight: Float, freeBits: Float,
  meanGradient: UnsafeMutablePointer<Float>, logVarianceGradient: UnsafeMutablePointer<Float>, count: Int,
  team: ThreadTeam
) {
  forEachVector(count, team: team) { offset, width in
    let mean = Vector.loadPartial(means + offset, count: width)
    let logVariance = Vector.loadPartial(logVariances + offset, count: width)
    let codeGradient = Vector.loadPartial(codeGradient + offset, count: width)
    let growth = Vector.exponentialMinusOne(logVariance)
    let isFree = gaussianDivergence(mean: mean, growth: growth) .< Vector(repeating: freeBits)
    let weight = Vector(repeating: divergenceWeight).replacing(with: Vector.zero, where: isFree)
    let change = Vector.exp(logVariance * 0.5) * Vector.loadPartial(noise + offset, count: width)
    multiplyAdd(weight, mean, codeGradient).storePartial(meanGradient + offset, count: width)
    (multiplyAdd(codeGradient, change, weight * growth.difference) * 0.5)
      .storePartial(logVarianceGradient + offset, count: width)
  }
}

/// (exp(v) - 1 - v + m^2) / 2, never negative.
@inline(__always)
private func gaussianDivergence(mean: Vector, growth: ExponentialMinusOne) -> Vector {
  multiplyAdd(mean, mean, growth.excess) * 0.5
}

/// What exp(x) - 1 is made of.
private struct ExponentialMinusOne {
  /// exp(x) - 1 - x, never negative.
  var excess: Vector
  /// exp(x) - 1.
  var difference: Vector
}

extension SIMD8 where Scalar == Float {
  /// exp(x) - 1 and exp(x) - 1 - x, both exact to 2e-6 of themselves also where x is small: differences of exp(x) would
  /// be rounding noise for a code that has learnt nothing, and even negative.
  @inline(__always)
  fileprivate static func exponentialMinusOne(_ x: Self) -> ExponentialMinusOne {
    // The Taylor series of (exp(x) - 1 - x) / x^2 to the sixth power, below 1/2 within a rounding error.
    let upper = polynomial(x, 1 / 40320, 1 / 5040, 1 / 720, 1 / 120)
    let series = x * x * polynomial(x, upper, 1 / 24, 1 / 6, 1 / 2)
    let difference = exp(x) - 1
    let isSmall = magnitude(x) .< Self(repeating: 0.5)
    return ExponentialMinusOne(
      excess: (difference - x).replacing(with: series, where: isSmall),
      difference: difference.replacing(with: x + series, where: isSmall))
  }
}
