extension GradientNormPenalty {
  /// A row's penalty and its derivative, as the table has them.
  package func reference<Scalar: BinaryFloatingPoint>(
    gradient: [Scalar]
  ) -> (penalty: Scalar, derivative: [Scalar]) {
    let norm = gradient.reduce(0) { $0 + $1 * $1 }.squareRoot()
    switch self {
    case .zeroCentered(let weight):
      return (Scalar(weight) / 2 * norm * norm, gradient.map { Scalar(weight) * $0 })
    case .oneCentered(let weight):
      let distance = norm - 1
      return (
        Scalar(weight) * distance * distance,
        gradient.map { norm == 0 ? 0 : 2 * Scalar(weight) * (1 - 1 / norm) * $0 }
      )
    }
  }
}
