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

  /// One update with `gradientScale` times the arena's gradients, of the parameters in `part` only: ranks share the work,
  /// and each remembers its own part.
  ///
  /// - Precondition: the arena has the `count` that this was made for.
  func update(
    _ arena: ParameterArena, part: Range<Int>, learningRate: Float, gradientScale: Float, team: ThreadTeam)
}

extension Optimizer {
  /// One update of all parameters.
  public func update(_ arena: ParameterArena, learningRate: Float, gradientScale: Float, team: ThreadTeam) {
    update(
      arena, part: 0..<arena.count, learningRate: learningRate, gradientScale: gradientScale, team: team)
  }
}

/// One number for every parameter of an arena, in the arena's layout.
public struct OptimizerState {
  /// PyTorch's name: `exp_avg`, `exp_avg_sq`, `momentum_buffer` or `square_avg`.
  public let name: String
  public let values: AlignedBuffer<Float>
}
