import CVector

/// The factors of one Adam update; the two conventions differ only in these.
public struct AdamFactors: Sendable, Equatable {
  public var stepSize: Float
  /// Multiplies sqrt(v) before epsilon is added.
  public var rootScale: Float
  public var epsilon: Float
  /// 1 - beta1 and 1 - beta2.
  public var firstMomentRate: Float
  public var secondMomentRate: Float
  public var decay: DecayFactors

  public init(
    stepSize: Float, rootScale: Float, epsilon: Float, firstMomentRate: Float, secondMomentRate: Float,
    decay: DecayFactors = .none
  ) {
    self.stepSize = stepSize
    self.rootScale = rootScale
    self.epsilon = epsilon
    self.firstMomentRate = firstMomentRate
    self.secondMomentRate = secondMomentRate
    self.decay = decay
  }
}

/// One Adam step over `count` parameters, in one pass over memory:
///
///     g = gradientScale * gradient + penalty * value
///     m += (g - m) (1 - beta1)
///     v += (g g - v) (1 - beta2)
///     value = kept * value - stepSize * m / (sqrt(v) * rootScale + epsilon)
///
/// Sources: Kingma and Ba, "Adam: a method for stochastic optimization", ICLR 2015; for `kept`, Loshchilov and Hutter,
/// "Decoupled weight decay regularization", ICLR 2019.
public func adamUpdate(
  values: UnsafeMutablePointer<Float>, gradients: UnsafePointer<Float>,
  firstMoments: UnsafeMutablePointer<Float>, secondMoments: UnsafeMutablePointer<Float>, count: Int,
  gradientScale: Float, factors: AdamFactors, team: ThreadTeam
) {
  forEachVector(count, team: team) { offset, width in
    adamVector(values, gradients, firstMoments, secondMoments, offset, width, gradientScale, factors)
  }
}

@inline(__always)
private func adamVector(
  _ values: UnsafeMutablePointer<Float>, _ gradients: UnsafePointer<Float>,
  _ firstMoments: UnsafeMutablePointer<Float>, _ secondMoments: UnsafeMutablePointer<Float>, _ i: Int,
  _ width: Int,
  _ gradientScale: Float, _ factors: AdamFactors
) {
  // Four streams that are in no near cache.
  prefetch_line(values + i + 768)
  prefetch_line(gradients + i + 768)
  prefetch_line(firstMoments + i + 768)
  prefetch_line(secondMoments + i + 768)
  let oldValue = Vector.loadPartial(values + i, count: width)
  let gradient = multiplyAdd(
    oldValue, Vector(repeating: factors.decay.penalty),
    Vector.loadPartial(gradients + i, count: width) * gradientScale)
  let oldFirst = Vector.loadPartial(firstMoments + i, count: width)
  let oldSecond = Vector.loadPartial(secondMoments + i, count: width)
  let first = multiplyAdd(gradient - oldFirst, Vector(repeating: factors.firstMomentRate), oldFirst)
  let second = multiplyAdd(
    multiplyAdd(gradient, gradient, -oldSecond), Vector(repeating: factors.secondMomentRate), oldSecond)
  let denominator = multiplyAdd(
    squareRoot(second), Vector(repeating: factors.rootScale), Vector(repeating: factors.epsilon))
  let value = oldValue * factors.decay.kept - first * factors.stepSize / denominator
  first.storePartial(firstMoments + i, count: width)
  second.storePartial(secondMoments + i, count: width)
  value.storePartial(values + i, count: width)
}

/// Plain reference of `adamUpdate` for one parameter.
package func adamReference<Scalar: BinaryFloatingPoint>(
  value: inout Scalar, gradient: Scalar, firstMoment: inout Scalar, secondMoment: inout Scalar,
  factors: AdamFactors
) {
  let gradient = gradient + Scalar(factors.decay.penalty) * value
  firstMoment += (gradient - firstMoment) * Scalar(factors.firstMomentRate)
  secondMoment += (gradient * gradient - secondMoment) * Scalar(factors.secondMomentRate)
  let denominator = secondMoment.squareRoot() * Scalar(factors.rootScale) + Scalar(factors.epsilon)
  value = Scalar(factors.decay.kept) * value - Scalar(factors.stepSize) * firstMoment / denominator
}
