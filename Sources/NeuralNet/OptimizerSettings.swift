/// The optimisers there are, by their names on the command line.
public enum OptimizerName: String, Sendable, CaseIterable {
  case adam
  case adamw
  case sgd
  case rmsprop
}

/// What a user says of an optimiser. What is left nil is as the conventions' library has it.
public struct OptimizerSettings: Sendable, Equatable {
  public var name: OptimizerName
  /// 0 in both libraries, for `adamw` 0.004 in Keras and 0.01 in PyTorch.
  public var weightDecay: Double?
  /// Of `sgd` and `rmsprop`; 0 in both libraries.
  public var momentum: Double?
  /// Of `sgd` with momentum.
  public var isNesterov: Bool
  /// Of `adam` and `adamw`; 0.9 in both libraries.
  public var beta1: Double?
  /// Of `adam` and `adamw`; 0.999 in both libraries.
  public var beta2: Double?
  /// Of all but `sgd`; 1e-7 in Keras and 1e-8 in PyTorch.
  public var epsilon: Double?
  /// Of `rmsprop`; 0.9 in Keras and 0.99 in PyTorch.
  public var alpha: Double?

  public init(
    name: OptimizerName, weightDecay: Double? = nil, momentum: Double? = nil, isNesterov: Bool = false,
    beta1: Double? = nil, beta2: Double? = nil, epsilon: Double? = nil, alpha: Double? = nil
  ) {
    self.name = name
    self.weightDecay = weightDecay
    self.momentum = momentum
    self.isNesterov = isNesterov
    self.beta1 = beta1
    self.beta2 = beta2
    self.epsilon = epsilon
    self.alpha = alpha
  }

  /// The optimiser for an arena of `count` floats.
  public func makeOptimizer(count: Int, conventions: Conventions) -> any Optimizer {
    let isKeras = conventions == .keras
    let decay = WeightDecay(
      rate: weightDecay ?? (name == .adamw ? (isKeras ? 0.004 : 0.01) : 0),
      isDecoupled: isKeras || name == .adamw)
    switch name {
    case .adam, .adamw:
      return Adam(
        count: count, conventions: conventions, beta1: beta1 ?? 0.9, beta2: beta2 ?? 0.999, epsilon: epsilon,
        weightDecay: decay)
    case .sgd:
      return StochasticGradientDescent(
        count: count, conventions: conventions, momentum: momentum ?? 0, isNesterov: isNesterov,
        weightDecay: decay)
    case .rmsprop:
      return RMSProp(
        count: count, conventions: conventions, alpha: alpha, epsilon: epsilon, momentum: momentum ?? 0,
        weightDecay: decay)
    }
  }
}
