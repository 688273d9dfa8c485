import TensorCore

/// Turns gradients into a step of all parameters.
///
/// Elementwise, so that every rank makes the same step from the same gradients; what it remembers is saved in every
/// checkpoint.
public protocol Optimizer: AnyObject {
  /// What it remembers of each parameter.
  var state: [OptimizerState] { get }
  /// Updates made.
  var updates: Int { get set }

  /// One update of all parameters with `gradientScale` times the arena's gradients.
  ///
  /// - Precondition: the arena has the `count` that this was made for.
  func update(_ arena: ParameterArena, learningRate: Float, gradientScale: Float, team: ThreadTeam)
}

/// One number for every parameter of an arena, in the arena's layout.
public struct OptimizerState {
  /// PyTorch's name: `exp_avg`, `exp_avg_sq`, `momentum_buffer` or `square_avg`.
  public let name: String
  public let values: AlignedBuffer<Float>
}
