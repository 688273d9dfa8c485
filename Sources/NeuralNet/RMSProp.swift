import TensorCore

/// RMSprop over a whole arena, not centred.
///
/// PyTorch adds epsilon (1e-8) to the root of the mean square and keeps 0.99 of it at each update; Keras adds its own
/// (1e-7) under the root and keeps 0.9.
public final class RMSProp: Optimizer {
  public let conventions: Conventions
  /// The part of the mean square that each update keeps; Keras calls it rho.
  public let alpha: Double
  public let epsilon: Double
  public let momentum: Double
  public let weightDecay: WeightDecay
  private let squareAverages: AlignedBuffer<Float>
  private let momentumBuffer: AlignedBuffer<Float>?
  public var updates = 0

  /// - Parameters:
  ///   - count: floats in the arena.
  ///   - alpha: nil takes the conventions' own.
  ///   - epsilon: nil takes the conventions' own.
  ///   - momentum: the part of the buffer that each update keeps; 0 needs no buffer.
  public init(
    count: Int, conventions: Conventions, alpha: Double? = nil, epsilon: Double? = nil, momentum: Double = 0,
    weightDecay: WeightDecay = .none
  ) {
    self.conventions = conventions
    self.alpha = alpha ?? (conventions == .keras ? 0.9 : 0.99)
    self.epsilon = epsilon ?? conventions.epsilon
    self.momentum = momentum
    self.weightDecay = weightDecay
    squareAverages = AlignedBuffer(count: count)
    momentumBuffer = momentum > 0 ? AlignedBuffer(count: count) : nil
  }

  public var state: [OptimizerState] {
    [OptimizerState(name: "square_avg", values: squareAverages)]
      + (momentumBuffer.map { [OptimizerState(name: "momentum_buffer", values: $0)] } ?? [])
  }

  public func update(
    _ arena: ParameterArena, part: Range<Int>, learningRate: Float, gradientScale: Float, team: ThreadTeam
  ) {
    precondition(arena.count == squareAverages.count, "the averages belong to another arena")
    updates += 1
    let isKeras = conventions == .keras
    let factors = RMSPropFactors(
      squareRate: Float(1 - alpha), innerEpsilon: isKeras ? Float(epsilon) : 0,
      outerEpsilon: isKeras ? 0 : Float(epsilon), rate: isKeras ? 1 : learningRate,
      gain: isKeras ? learningRate : 1, momentum: Float(momentum),
      decay: weightDecay.factors(learningRate: learningRate))
    rmsPropUpdate(
      values: arena.values.pointer + part.lowerBound, gradients: arena.gradients.pointer + part.lowerBound,
      squareAverages: squareAverages.pointer + part.lowerBound,
      momentumBuffer: momentumBuffer.map { $0.pointer + part.lowerBound }, count: part.count,
      gradientScale: gradientScale,
      factors: factors, team: team)
  }
}
