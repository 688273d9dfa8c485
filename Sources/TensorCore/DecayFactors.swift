/// How weight decay enters one update of a parameter: its gradient becomes `gradient + penalty * value`, and the step is
/// taken from `kept * value`.
public struct DecayFactors: Sendable, Equatable {
  public var penalty: Float
  public var kept: Float

  public init(penalty: Float = 0, kept: Float = 1) {
    self.penalty = penalty
    self.kept = kept
  }

  /// No decay: gradient and value stay as they are, to the bit.
  public static let none = DecayFactors()
}
