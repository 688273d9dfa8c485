/// What a GAN's discriminator and generator make small, as functions of the discriminator's logits s.
///
/// | | discriminator, real | discriminator, generated | generator |
/// |---|---|---|---|
/// | `non-saturating` | softplus(s) - t s | softplus(s) | softplus(-s) |
/// | `lsgan` | (s - t)² / 2 | s² / 2 | (s - 1)² / 2 |
/// | `hinge` | max(0, 1 - s) | max(0, 1 + s) | -s |
///
/// t is 1, or less with one-sided label smoothing. Sources: Goodfellow et al., "Generative adversarial nets", 2014; Mao et
/// al., "Least squares generative adversarial networks", 2017; Lim and Ye, "Geometric GAN", 2017; smoothing: Salimans et
/// al., "Improved techniques for training GANs", 2016.
public enum AdversarialLoss: String, Sendable, CaseIterable {
  case nonSaturating = "non-saturating"
  case leastSquares = "lsgan"
  case hinge

  /// Whose loss of which images.
  public enum Role: Sendable {
    /// The discriminator's of real images.
    case real
    /// The discriminator's of generated images.
    case generated
    /// The generator's of its images.
    case generator
  }

  /// Whether the loss has a target that smoothing can move.
  public var hasTarget: Bool { self != .hinge }

  /// The logit above which the discriminator takes an image for a real one.
  public var threshold: Float { self == .leastSquares ? 0.5 : 0 }

  /// Writes each sample's loss and the derivative of that loss by its logit.
  ///
  /// - Parameters:
  ///   - logits: (rows).
  ///   - target: t, of real images.
  ///   - gradients: (rows); may be `logits`.
  ///   - losses: (rows).
  public func evaluate(
    logits: UnsafePointer<Float>, as role: Role, target: Float = 1, gradients: UnsafeMutablePointer<Float>,
    losses: UnsafeMutablePointer<Double>, rows: Int
  ) {
    var first = 0
    while first < rows {
      let count = min(8, rows - first)
      let logit = Vector.loadPartial(logits + first, count: count)
      let (loss, gradient) = terms(logit, role, target)
      gradient.storePartial(gradients + first, count: count)
      for lane in 0..<count { losses[first + lane] = Double(loss[lane]) }
      first += 8
    }
  }

  private func terms(_ logit: Vector, _ role: Role, _ target: Float) -> (loss: Vector, gradient: Vector) {
    let goal: Float =
      switch role {
      case .real: target
      case .generated: 0
      case .generator: 1
      }
    switch self {
    case .nonSaturating:
      let (probability, softplus) = Vector.sigmoidAndSoftplus(logit)
      return (softplus - logit * goal, probability - goal)
    case .leastSquares:
      let difference = logit - goal
      return (difference * difference * 0.5, difference)
    case .hinge:
      if role == .generator { return (-logit, Vector(repeating: -1)) }
      let sign: Float = role == .real ? -1 : 1
      let margin = logit * sign + 1
      let isOutside = margin .<= Vector.zero
      return (
        margin.replacing(with: Vector.zero, where: isOutside),
        Vector(repeating: sign).replacing(with: Vector.zero, where: isOutside)
      )
    }
  }
}
