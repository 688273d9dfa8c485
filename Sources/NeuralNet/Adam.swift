import TensorCore

/// Adam over a whole arena.
///
/// With `t` updates made, PyTorch's form is lr / (1 - beta1^t) * m / (sqrt(v) / sqrt(1 - beta2^t) + epsilon); Keras's
/// puts both corrections in front, lr sqrt(1 - beta2^t) / (1 - beta1^t) * m / (sqrt(v) + epsilon), which makes its
/// epsilon larger at first. Source: Kingma and Ba 2015, and the two libraries' code.
public final class Adam {
  public let conventions: Conventions
  public let beta1: Double
  public let beta2: Double
  public let epsilon: Float
  public let firstMoments: AlignedBuffer<Float>
  public let secondMoments: AlignedBuffer<Float>
  /// Updates made.
  public var updates = 0

  /// - Parameter count: floats in the arena.
  public init(count: Int, conventions: Conventions, beta1: Double = 0.9, beta2: Double = 0.999) {
    self.conventions = conventions
    self.beta1 = beta1
    self.beta2 = beta2
    epsilon = conventions == .keras ? 1e-7 : 1e-8
    firstMoments = AlignedBuffer(count: count)
    secondMoments = AlignedBuffer(count: count)
  }

  /// One update of all parameters with `gradientScale` times the arena's gradients.
  ///
  /// - Precondition: the arena has the `count` that this was made for.
  public func update(_ arena: ParameterArena, learningRate: Float, gradientScale: Float, team: ThreadTeam) {
    precondition(arena.count == firstMoments.count, "Adam's moments belong to another arena")
    updates += 1
    adamUpdate(
      values: arena.values.pointer, gradients: arena.gradients.pointer, firstMoments: firstMoments.pointer,
      secondMoments: secondMoments.pointer, count: arena.count, gradientScale: gradientScale,
      factors: factors(learningRate: learningRate), team: team)
  }

  private func factors(learningRate: Float) -> AdamFactors {
    let firstCorrection = 1 - power(beta1, updates)
    let secondRoot = (1 - power(beta2, updates)).squareRoot()
    let stepSize = Double(learningRate) / firstCorrection
    return AdamFactors(
      stepSize: Float(conventions == .keras ? stepSize * secondRoot : stepSize),
      rootScale: Float(conventions == .keras ? 1 : 1 / secondRoot), epsilon: epsilon,
      firstMomentRate: Float(1 - beta1), secondMomentRate: Float(1 - beta2))
  }

  /// base^exponent by squaring: libm's `pow` is not the same on every system.
  private func power(_ base: Double, _ exponent: Int) -> Double {
    var result = 1.0
    var square = base
    var bits = exponent
    while bits > 0 {
      if bits & 1 == 1 { result *= square }
      square *= square
      bits >>= 1
    }
    return result
  }
}
