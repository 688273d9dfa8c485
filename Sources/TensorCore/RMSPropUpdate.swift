/// The factors of one RMSprop update; the two conventions differ only in these.
public struct RMSPropFactors: Sendable, Equatable {
  /// 1 - alpha: the weight of the newest square.
  public var squareRate: Float
  /// Added to the mean square, as Keras does, or to its root, as PyTorch does; the other one is 0.
  public var innerEpsilon: Float
  public var outerEpsilon: Float
  /// The learning rate after the momentum buffer (`rate`, PyTorch) or before it (`gain`, Keras); the other one is 1.
  public var rate: Float
  public var gain: Float
  public var momentum: Float
  public var decay: DecayFactors

  public init(
    squareRate: Float, innerEpsilon: Float, outerEpsilon: Float, rate: Float, gain: Float,
    momentum: Float = 0,
    decay: DecayFactors = .none
  ) {
    self.squareRate = squareRate
    self.innerEpsilon = innerEpsilon
    self.outerEpsilon = outerEpsilon
    self.rate = rate
    self.gain = gain
    self.momentum = momentum
    self.decay = decay
  }
}

/// One RMSprop step over `count` parameters, in one pass over memory:
///
///     g = gradientScale * gradient + penalty * value
///     square += (g g - square) squareRate
///     step = gain * g / (sqrt(square + innerEpsilon) + outerEpsilon)
///     buffer = momentum * buffer + step, step = buffer, where there is a buffer
///     value = kept * value - rate * step
///
/// Source: Tieleman and Hinton, lecture 6.5 of "Neural networks for machine learning", 2012, in the form of PyTorch and
/// Keras.
public func rmsPropUpdate(
  values: UnsafeMutablePointer<Float>, gradients: UnsafePointer<Float>,
  squareAverages: UnsafeMutablePointer<Float>, momentumBuffer: UnsafeMutablePointer<Float>?, count: Int,
  gradientScale: Float, factors: RMSPropFactors, team: ThreadTeam
) {
  forEachVector(count, team: team) { offset, width in
    let value = Vector.loadPartial(values + offset, count: width)
    let scaled = Vector.loadPartial(gradients + offset, count: width) * gradientScale
    let gradient = multiplyAdd(value, Vector(repeating: factors.decay.penalty), scaled)
    let oldSquare = Vector.loadPartial(squareAverages + offset, count: width)
    let excess = multiplyAdd(gradient, gradient, -oldSquare)
    let square = multiplyAdd(excess, Vector(repeating: factors.squareRate), oldSquare)
    square.storePartial(squareAverages + offset, count: width)
    let denominator = squareRoot(square + factors.innerEpsilon) + factors.outerEpsilon
    var step = gradient * factors.gain / denominator
    if let momentumBuffer {
      let oldBuffer = Vector.loadPartial(momentumBuffer + offset, count: width)
      step = multiplyAdd(Vector(repeating: factors.momentum), oldBuffer, step)
      step.storePartial(momentumBuffer + offset, count: width)
    }
    (value * factors.decay.kept - step * factors.rate).storePartial(values + offset, count: width)
  }
}

/// Plain reference of `rmsPropUpdate` for one parameter.
package func rmsPropReference<Scalar: BinaryFloatingPoint>(
  value: inout Scalar, gradient: Scalar, squareAverage: inout Scalar, buffer: inout Scalar,
  factors: RMSPropFactors
) {
  let gradient = gradient + Scalar(factors.decay.penalty) * value
  squareAverage += (gradient * gradient - squareAverage) * Scalar(factors.squareRate)
  let root = (squareAverage + Scalar(factors.innerEpsilon)).squareRoot()
  let step = Scalar(factors.gain) * gradient / (root + Scalar(factors.outerEpsilon))
  buffer = Scalar(factors.momentum) * buffer + step
  value = Scalar(factors.decay.kept) * value - Scalar(factors.rate) * buffer
}
