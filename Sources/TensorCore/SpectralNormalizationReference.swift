/// Spectral normalization of a matrix, plainly: for tests, generic so that finite differences can be taken in Double.
package struct SpectralNormalizationReference<Scalar: BinaryFloatingPoint> {
  package let rows: Int
  package let columns: Int
  package var u: [Scalar]
  package var v: [Scalar]

  /// - Parameter v: of any length but 0.
  package init(rows: Int, columns: Int, v: [Scalar]) {
    self.rows = rows
    self.columns = columns
    u = [Scalar](repeating: 0, count: rows)
    self.v = Self.normalized(v)
  }

  /// u = W v and v = W^T u, each divided by its length: PyTorch's order.
  package mutating func iterate(_ weight: [Scalar]) {
    u = Self.normalized((0..<rows).map { row in sum(columns) { weight[row * columns + $0] * v[$0] } })
    v = Self.normalized((0..<columns).map { column in sum(rows) { weight[$0 * columns + column] * u[$0] } })
  }

  /// u^T W v.
  package func sigma(_ weight: [Scalar]) -> Scalar {
    sum(rows * columns) { u[$0 / columns] * weight[$0] * v[$0 % columns] }
  }

  package func effectiveWeight(_ weight: [Scalar]) -> [Scalar] {
    let sigma = sigma(weight)
    return weight.map { $0 / sigma }
  }

  /// The gradient by `weight` of what has `gradient` by the effective weight.
  package func gradient(_ gradient: [Scalar], weight: [Scalar]) -> [Scalar] {
    let sigma = sigma(weight)
    let effective = effectiveWeight(weight)
    let product = sum(rows * columns) { gradient[$0] * effective[$0] }
    return gradient.indices.map { (gradient[$0] - product * u[$0 / columns] * v[$0 % columns]) / sigma }
  }

  private static func normalized(_ vector: [Scalar]) -> [Scalar] {
    let length = vector.reduce(0) { $0 + $1 * $1 }.squareRoot()
    return vector.map { $0 / max(length, 1e-12) }
  }

  private func sum(_ count: Int, _ term: (Int) -> Scalar) -> Scalar {
    (0..<count).reduce(0) { $0 + term($1) }
  }
}
