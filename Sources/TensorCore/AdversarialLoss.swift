/// What a GAN's discriminator and generator make small, as functions of the discriminator's logits s.
///
/// | | discriminator, real | discriminator, generated | generator |
/// |---|---|---|---|
/// | `non-saturating` | softplus(s) - t s | softplus(s) | softplus(-s) |
/// | `lsgan` | (s - t)² / 2 | s² / 2 | (s - 1)² / 2 |
/// | `hinge` | max(0, 1 - s) | max(0, 1 + s) | -s |
/// | `wasserstein` | -s | s | -s |
///
/// t is 1, or less with one-sided label smoothing. Sources: Goodfellow et al., "Generative adversarial nets", 2014; Mao et
/// al., "Least squares generative adversarial networks", 2017; Lim and Ye, "Geometric GAN", 2017; Arjovsky, Chintala
/// and Bottou, "Wasserstein GAN", 2017; smoothing: Salimans et al., "Improved techniques for training GANs", 2016.
public enum AdversarialLoss: String, Sendable, CaseIterable {
  case nonSaturating = "non-saturating"
  case leastSquares = "lsgan"
  case hinge
  case wasserstein

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
  public var hasTarget: Bool { self == .nonSaturating || self == .leastSquares }

  /// The logit above which the discriminator takes an image for a real one: of `wasserstein` none, as only differences
  /// between its logits mean something.
  public var threshold: Float? {
    switch self {
    case .nonSaturating, .hinge: 0
    case .leastSquares: 0.5
    case .wasserstein: nil
    }
  }

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
    case .wasserstein:
      let sign: Float = role == .generated ? 1 : -1
      return (logit * sign, logit * 0 + sign)
    case .hinge:
      if role == .generator { return (-logit, logit * 0 - 1) }
      let sign: Float = role == .real ? -1 : 1
      let margin = logit * sign + 1
      let isOutside = margin .<= Vector.zero
      return (
        margin.replacing(with: Vector.zero, where: isOutside),
        // A logit that is no number must not pass for a gradient that is one.
        (logit * 0 + sign).replacing(with: logit * 0, where: isOutside)
      )
    }
  }
}
