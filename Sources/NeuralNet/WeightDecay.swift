import TensorCore

/// Pulls every parameter towards zero, biases too, in one of two ways.
public struct WeightDecay: Sendable, Equatable {
  public var rate: Double
  /// Whether each update first multiplies the value by 1 - learning rate · `rate`, as AdamW does and every optimiser of
  /// Keras; otherwise `rate` · value is added to the gradient, as in PyTorch's other optimisers.
  public var isDecoupled: Bool

  public init(rate: Double, isDecoupled: Bool) {
    self.rate = rate
    self.isDecoupled = isDecoupled
  }

  public static let none = WeightDecay(rate: 0, isDecoupled: false)

  func factors(learningRate: Float) -> DecayFactors {
    isDecoupled
      ? DecayFactors(kept: Float(1 - Double(learningRate) * rate)) : DecayFactors(penalty: Float(rate))
  }
}
