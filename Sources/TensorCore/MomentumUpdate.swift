/// The factors of one step of gradient descent, with or without momentum.
///
/// The learning rate stands at one of two places: PyTorch multiplies the buffer by it (`rate`), Keras what goes into the
/// buffer (`gain`). The other one is 1. They differ where the rate changes.
public struct MomentumFactors: Sendable, Equatable {
  public var rate: Float
  public var gain: Float
  public var momentum: Float
  /// Looks ahead by one more step along the buffer (Nesterov's momentum).
  public var isNesterov: Bool
  public var decay: DecayFactors

  public init(
    rate: Float, gain: Float, momentum: Float = 0, isNesterov: Bool = false, decay: DecayFactors = .none
  ) {
    self.rate = rate
    self.gain = gain
    self.momentum = momentum
    self.isNesterov = isNesterov
    self.decay = decay
  }
}

/// One step of gradient descent over `count` parameters, in one pass over memory:
///
///     g = gain * (gradientScale * gradient + penalty * value)
///     buffer = momentum * buffer + g
///     step = momentum * buffer + g, if Nesterov's, otherwise buffer
///     value = kept * value - rate * step
///
/// Without a buffer the step is g. Source: Sutskever, Martens, Dahl, Hinton, "On the importance of initialization and
/// momentum in deep learning", 2013, in the form of PyTorch and Keras.
public func momentumUpdate(
  values: UnsafeMutablePointer<Float>, gradients: UnsafePointer<Float>,
  momentumBuffer: UnsafeMutablePointer<Float>?, count: Int, gradientScale: Float, factors: MomentumFactors,
  team: ThreadTeam
) {
  forEachVector(count, team: team) { offset, width in
    let value = Vector.loadPartial(values + offset, count: width)
    let scaled = Vector.loadPartial(gradients + offset, count: width) * gradientScale
    let gradient = multiplyAdd(value, Vector(repeating: factors.decay.penalty), scaled) * factors.gain
    var step = gradient
    if let momentumBuffer {
      let momentum = Vector(repeating: factors.momentum)
      let buffer = multiplyAdd(momentum, Vector.loadPartial(momentumBuffer + offset, count: width), gradient)
      buffer.storePartial(momentumBuffer + offset, count: width)
      step = factors.isNesterov ? multiplyAdd(momentum, buffer, gradient) : buffer
    }
    (value * factors.decay.kept - step * factors.rate).storePartial(values + offset, count: width)
  }
}

/// Plain reference of `momentumUpdate` for one parameter.
package func momentumReference<Scalar: BinaryFloatingPoint>(
  value: inout Scalar, gradient: Scalar, buffer: inout Scalar, factors: MomentumFactors
) {
  let gain = Scalar(factors.gain)
  let momentum = Scalar(factors.momentum)
  let gradient = gain * (gradient + Scalar(factors.decay.penalty) * value)
  buffer = momentum * buffer + gradient
  let step = factors.isNesterov ? momentum * buffer + gradient : buffer
  value = Scalar(factors.decay.kept) * value - Scalar(factors.rate) * step
}
