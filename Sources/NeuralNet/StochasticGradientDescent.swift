import TensorCore

/// Gradient descent over a whole arena, plain or with momentum.
///
/// The learning rate multiplies PyTorch's buffer, but what goes into Keras's: with a schedule, the two differ.
public final class StochasticGradientDescent: Optimizer {
  public let conventions: Conventions
  public let momentum: Double
  public let isNesterov: Bool
  public let weightDecay: WeightDecay
  private let momentumBuffer: AlignedBuffer<Float>?
  public var updates = 0

  /// - Parameters:
  ///   - count: floats in the arena.
  ///   - momentum: the part of the buffer that each update keeps; 0 needs no buffer.
  public init(
    count: Int, conventions: Conventions, momentum: Double = 0, isNesterov: Bool = false,
    weightDecay: WeightDecay = .none
  ) {
    self.conventions = conventions
    self.momentum = momentum
    self.isNesterov = isNesterov
    self.weightDecay = weightDecay
    momentumBuffer = momentum > 0 ? AlignedBuffer(count: count) : nil
  }

  public var state: [OptimizerState] {
    momentumBuffer.map { [OptimizerState(name: "momentum_buffer", values: $0)] } ?? []
  }

  public func update(
    _ arena: ParameterArena, part: Range<Int>, learningRate: Float, gradientScale: Float, team: ThreadTeam
  ) {
    precondition(
      momentumBuffer.map { $0.count == arena.count } ?? true, "the buffer belongs to another arena")
    updates += 1
    let factors = MomentumFactors(
      rate: conventions == .keras ? 1 : learningRate, gain: conventions == .keras ? learningRate : 1,
      momentum: Float(momentum), isNesterov: isNesterov,
      decay: weightDecay.factors(learningRate: learningRate))
    momentumUpdate(
      values: arena.values.pointer + part.lowerBound, gradients: arena.gradients.pointer + part.lowerBound,
      momentumBuffer: momentumBuffer.map { $0.pointer + part.lowerBound },
      count: part.count, gradientScale: gradientScale, factors: factors, team: team)
  }
}
