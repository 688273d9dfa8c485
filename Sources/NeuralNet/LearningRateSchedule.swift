/// How the learning rate moves after its warm-up, by the name on the command line.
public enum ScheduleName: String, Sendable, CaseIterable {
  /// Stays.
  case constant
  /// Falls along half a cosine to its minimum at the end of the run.
  case cosine
  /// Is multiplied by gamma every so many updates.
  case step
}

/// The learning rate of every update, as a pure function of how many were made before.
///
/// With W updates of warm-up, update u (from 0) has
///
///     u < W       rate · (u + 1) / W: from 0 in equal parts, the whole rate at the last of them
///     constant    rate
///     cosine      minimum + (rate - minimum) (1 + cos(π (u - W) / (horizon - W))) / 2, and minimum from the horizon on
///     step        rate · gamma^⌊(u - W) / stepSize⌋
///
/// computed in Double and rounded once. Cosine is PyTorch's `CosineAnnealingLR` (Loshchilov and Hutter, "SGDR", 2017,
/// without restarts) and step its `StepLR`, both called once an update.
public struct LearningRateSchedule: Sendable, Equatable {
  public var name: ScheduleName
  /// The rate at the end of the warm-up, and without one at the start.
  public var rate: Float
  public var warmup: Int
  /// The updates of the whole run, fixed when it begins; only cosine has one.
  public var horizon: Int?
  public var minimum: Double
  public var stepSize: Int
  public var gamma: Double

  public init(
    _ name: ScheduleName, rate: Float, warmup: Int = 0, horizon: Int? = nil, minimum: Double = 0,
    stepSize: Int = 1,
    gamma: Double = 0.1
  ) {
    precondition(warmup >= 0 && stepSize > 0 && (name != .cosine || horizon != nil))
    self.name = name
    self.rate = rate
    self.warmup = warmup
    self.horizon = horizon
    self.minimum = minimum
    self.stepSize = stepSize
    self.gamma = gamma
  }

  /// The rate of the update that `updates` others precede.
  public func learningRate(after updates: Int) -> Float {
    let rate = Double(rate)
    if updates < warmup { return Float(rate * Double(updates + 1) / Double(warmup)) }
    let elapsed = updates - warmup
    switch name {
    case .constant:
      return self.rate
    case .cosine:
      let length = horizon! - warmup
      guard elapsed < length else { return Float(minimum) }
      let cosine = halfTurnCosine(Double(elapsed) / Double(length))
      return Float(minimum + (rate - minimum) * (1 + cosine) / 2)
    case .step:
      return Float(rate * integerPower(gamma, elapsed / stepSize))
    }
  }
}
