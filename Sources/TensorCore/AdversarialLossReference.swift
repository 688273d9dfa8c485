import Glibc

extension AdversarialLoss {
  /// The loss of one sample, term by term as its table has it.
  package func reference(logit s: Double, as role: Role, target t: Double = 1) -> Double {
    func softplus(_ x: Double) -> Double { max(x, 0) + log1p(exp(-abs(x))) }
    return switch (self, role) {
    case (.nonSaturating, .real): softplus(s) - t * s
    case (.nonSaturating, .generated): softplus(s)
    case (.nonSaturating, .generator): softplus(-s)
    case (.leastSquares, .real): (s - t) * (s - t) / 2
    case (.leastSquares, .generated): s * s / 2
    case (.leastSquares, .generator): (s - 1) * (s - 1) / 2
    case (.hinge, .real): max(0, 1 - s)
    case (.hinge, .generated): max(0, 1 + s)
    case (.hinge, .generator): -s
    case (.wasserstein, .real), (.wasserstein, .generator): -s
    case (.wasserstein, .generated): s
    }
  }
}
