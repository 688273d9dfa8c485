import TensorCore

/// Adam over a whole arena; with decoupled weight decay it is AdamW.
///
/// With `t` updates made, PyTorch's form is lr / (1 - beta1^t) * m / (sqrt(v) / sqrt(1 - beta2^t) + epsilon); Keras's
/// puts both corrections in front, lr sqrt(1 - beta2^t) / (1 - beta1^t) * m / (sqrt(v) + epsilon), which makes its
/// epsilon larger at first. Source: Kingma and Ba 2015, and the two libraries' code.
public final class Adam: Optimizer {
  public let conventions: Conventions
  public let beta1: Double
  public let beta2: Double
  public let epsilon: Double
  public let weightDecay: WeightDecay
  public let firstMoments: AlignedBuffer<Float>
  public let secondMoments: AlignedBuffer<Float>
  public var updates = 0

  /// - Parameters:
  ///   - count: floats in the arena.
  ///   - epsilon: nil takes the conventions' own, 1e-7 (Keras) or 1e-8 (PyTorch).
  public init(
    count: Int, conventions: Conventions, beta1: Double = 0.9, beta2: Double = 0.999, epsilon: Double? = nil,
    weightDecay: WeightDecay = .none
  ) {
    self.conventions = conventions
    self.beta1 = beta1
    self.beta2 = beta2
    self.epsilon = epsilon ?? conventions.epsilon
    self.weightDecay = weightDecay
    firstMoments = AlignedBuffer(count: count)
    secondMoments = AlignedBuffer(count: count)
  }

  public var state: [OptimizerState] {
    [
      OptimizerState(name: "exp_avg", values: firstMoments),
      OptimizerState(name: "exp_avg_sq", values: secondMoments),
    ]
  }

  public func update(
    _ arena: ParameterArena, part: Range<Int>, learningRate: Float, gradientScale: Float, team: ThreadTeam
  ) {
    precondition(arena.count == firstMoments.count, "the moments belong to another arena")
    updates += 1
    adamUpdate(
      values: arena.values.pointer + part.lowerBound, gradients: arena.gradients.pointer + part.lowerBound,
      firstMoments: firstMoments.pointer + part.lowerBound,
      secondMoments: secondMoments.pointer + part.lowerBound,
      count: part.count, gradientScale: gradientScale,
      factors: factors(learningRate: learningRate), team: team)
  }

  private func factors(learningRate: Float) -> AdamFactors {
    let firstCorrection = 1 - integerPower(beta1, updates)
    let secondRoot = (1 - integerPower(beta2, updates)).squareRoot()
    let stepSize = Double(learningRate) / firstCorrection
    return AdamFactors(
      stepSize: Float(conventions == .keras ? stepSize * secondRoot : stepSize),
      rootScale: Float(conventions == .keras ? 1 : 1 / secondRoot), epsilon: Float(epsilon),
      firstMomentRate: Float(1 - beta1), secondMomentRate: Float(1 - beta2),
      decay: weightDecay.factors(learningRate: learningRate))
  }
}

extension Conventions {
  /// What the library adds to a root before it divides by it.
  var epsilon: Double { self == .keras ? 1e-7 : 1e-8 }
}
