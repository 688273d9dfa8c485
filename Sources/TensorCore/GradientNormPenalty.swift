/// What a gradient costs, row by row: with g a row's gradient and ‖g‖ its Euclidean norm,
///
/// | | penalty | its derivative by g |
/// |---|---|---|
/// | `zeroCentered(γ)` | γ/2 ‖g‖² | γ g |
/// | `oneCentered(λ)` | λ (‖g‖ - 1)² | 2 λ (1 - 1/‖g‖) g, and 0 for ‖g‖ = 0 |
///
/// Sources: Mescheder, Geiger and Nowozin, "Which training methods for GANs do actually converge?", 2018 (R1); Gulrajani et
/// al., "Improved training of Wasserstein GANs", 2017.
public enum GradientNormPenalty: Sendable, Equatable {
  case zeroCentered(Double)
  case oneCentered(Double)

  /// Evaluates each row's penalty, and turns the row into the derivative of its penalty.
  ///
  /// A row's squares are added as in `squaredNorm`, whatever the number of threads: NaN stays NaN, and a norm beyond 1.8e19
  /// is infinite.
  ///
  /// - Parameters:
  ///   - gradients: (rows, columns); overwritten.
  ///   - penalties: (rows).
  public func evaluate(
    gradients: UnsafeMutablePointer<Float>, penalties: UnsafeMutablePointer<Double>, rows: Int, columns: Int,
    team: ThreadTeam
  ) {
    team.forEachRange(rows) { range in
      for row in range {
        let gradient = gradients + row * columns
        var squares = 0.0
        for first in stride(from: 0, to: columns, by: squaredNormBlock) {
          squares += squaredNormOfBlock(gradient + first, min(squaredNormBlock, columns - first))
        }
        let (penalty, factor) = terms(norm: squares.squareRoot())
        penalties[row] = penalty
        let scale = Vector(repeating: Float(factor))
        mapVectors(gradient, gradient, count: columns) { $0 * scale }
      }
    }
  }

  /// The penalty of a gradient of that norm, and what the gradient is multiplied by to be the penalty's derivative.
  private func terms(norm: Double) -> (penalty: Double, factor: Double) {
    switch self {
    case .zeroCentered(let weight): (weight / 2 * (norm * norm), weight)
    case .oneCentered(let weight):
      (weight * ((norm - 1) * (norm - 1)), norm == 0 ? 0 : 2 * weight * (1 - 1 / norm))
    }
  }
}
