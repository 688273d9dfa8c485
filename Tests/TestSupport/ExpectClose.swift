import Testing

/// Expects |actual - expected| ≤ `tolerance` · max |expected| for every element.
///
/// One bound for the whole array, since what cancels to nearly zero inside a sum carries the error of the sum's largest
/// terms. Equal elements agree even if infinite; NaN never does; an all-zero `expected` asks for exact zeros.
/// A failure prints how many disagree, the first five and the worst.
public func expectClose(
  _ name: String, _ actual: [Double], _ expected: [Double], tolerance: Double,
  sourceLocation: SourceLocation = #_sourceLocation
) {
  if let report = disagreement(name, actual, expected, tolerance: tolerance) {
    Issue.record(Comment(rawValue: report), sourceLocation: sourceLocation)
  }
}

/// `expectClose` in single precision; differences are taken in double.
public func expectClose(
  _ name: String, _ actual: [Float], _ expected: [Float], tolerance: Double,
  sourceLocation: SourceLocation = #_sourceLocation
) {
  expectClose(
    name, actual.map(Double.init), expected.map(Double.init), tolerance: tolerance,
    sourceLocation: sourceLocation)
}

/// Expects ‖actual - expected‖ ≤ `tolerance` · ‖expected‖ in the Euclidean norm, for quantities such as an optimiser's
/// step, in which single elements may be rounding noise.
public func expectCloseInNorm(
  _ name: String, _ actual: [Float], _ expected: [Float], tolerance: Double,
  sourceLocation: SourceLocation = #_sourceLocation
) {
  precondition(
    actual.count == expected.count, "\(name): \(actual.count) elements, expected \(expected.count)")
  let pairs = zip(actual.map(Double.init), expected.map(Double.init))
  let difference = pairs.reduce(0) { $0 + ($1.0 - $1.1) * ($1.0 - $1.1) }.squareRoot()
  let size = pairs.reduce(0) { $0 + $1.1 * $1.1 }.squareRoot()
  if !(difference <= tolerance * size) {
    Issue.record(
      "\(name): norm of the difference \(difference) > \(tolerance) of \(size)",
      sourceLocation: sourceLocation)
  }
}

/// What `expectClose` says about two arrays, or nil where they agree; apart from it so that it can be tested itself.
package func disagreement(
  _ name: String, _ actual: [Double], _ expected: [Double], tolerance: Double
) -> String? {
  guard actual.count == expected.count else {
    return "\(name): \(actual.count) elements, expected \(expected.count)"
  }
  let largest = expected.lazy.filter(\.isFinite).map(\.magnitude).max() ?? 0
  let bound = tolerance * largest
  let outside = expected.indices.filter { index in
    actual[index] != expected[index] && !((actual[index] - expected[index]).magnitude <= bound)
  }
  guard !outside.isEmpty else { return nil }

  // A NaN is worse than any number, and compares with none.
  func error(_ index: Int) -> Double {
    let error = (actual[index] - expected[index]).magnitude
    return error.isNaN ? .infinity : error
  }
  func line(_ index: Int) -> String { "[\(index)]: expected \(expected[index]), got \(actual[index])" }
  let worst = outside.max { error($0) < error($1) }!
  var lines = [
    "\(name): \(outside.count) of \(expected.count) outside \(tolerance) of the largest, \(largest)"
  ]
  lines += outside.prefix(5).map { "  \(name)\(line($0))" }
  lines.append("  worst \(name)\(line(worst)), off by \(error(worst)) > \(bound)")
  return lines.joined(separator: "\n")
}
