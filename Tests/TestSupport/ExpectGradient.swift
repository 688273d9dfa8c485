import Testing

/// Expects `gradient` to be the derivative of `function` at `point`, by central differences in double precision.
///
/// (f(x + h eᵢ) - f(x - h eᵢ)) / 2h for every i; with h = 1e-5 its own error is about 1e-10 for functions of
/// ordinary size. Where f has kinks (ReLU), keep `point` further than h from them.
///
/// - Parameters:
///   - gradient: the claimed derivative, one entry for every entry of `point`.
///   - tolerance: allowed error relative to the largest entry of the differences.
public func expectGradient(
  _ name: String = "gradient", of function: ([Double]) -> Double, at point: [Double],
  equals gradient: [Double],
  step: Double = 1e-5, tolerance: Double = 1e-6, sourceLocation: SourceLocation = #_sourceLocation
) {
  expectClose(
    name, gradient, finiteDifferences(of: function, at: point, step: step), tolerance: tolerance,
    sourceLocation: sourceLocation)
}

/// Central differences of `function` at `point` in every coordinate.
public func finiteDifferences(
  of function: ([Double]) -> Double, at point: [Double], step: Double = 1e-5
) -> [Double] {
  var moved = point
  return point.indices.map { index in
    moved[index] = point[index] + step
    let above = function(moved)
    moved[index] = point[index] - step
    let below = function(moved)
    moved[index] = point[index]
    return (above - below) / (2 * step)
  }
}
