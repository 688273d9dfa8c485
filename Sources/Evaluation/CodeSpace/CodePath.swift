import Glibc

/// A way from one code to another.
public enum CodePath: String, Sendable, CaseIterable {
  /// (1 - t) a + t b.
  case linear
  /// The great circle from a's direction to b's, at norms that change evenly:
  ///
  ///     ((1 - t) |a| + t |b|) · (sin((1 - t) w) / sin w · a / |a| + sin(t w) / sin w · b / |b|)
  ///
  /// where w is the angle between a and b. Codes of N(0, I) lie near a sphere, which a straight line leaves. Where no
  /// circle is determined, since a or b is zero or sin w below 10^-6, it is the linear path.
  ///
  /// Source: White, "Sampling generative networks", 2016, who weighs a and b themselves; for equal norms that is the
  /// same.
  case spherical

  /// The codes at t = 0, 1 / (steps - 1), ..., 1, computed in double; the first is `start` and the last is `end`.
  ///
  /// - Precondition: as many numbers in both, and at least two steps.
  /// - Returns: (steps, numbers).
  public func codes(from start: ArraySlice<Float>, to end: ArraySlice<Float>, steps: Int) -> [Float] {
    precondition(start.count == end.count && steps >= 2)
    let (start, end) = (start.map(Double.init), end.map(Double.init))
    let weights = weights(from: start, to: end)
    return (0..<steps).flatMap { step in
      let (startWeight, endWeight) = weights(Double(step) / Double(steps - 1))
      return zip(start, end).map { Float(startWeight * $0 + endWeight * $1) }
    }
  }

  /// What both ends count at a time from 0 to 1.
  private func weights(from start: [Double], to end: [Double]) -> (Double) -> (Double, Double) {
    let (startNorm, endNorm) = (norm(start), norm(end))
    let linear = { (time: Double) in (1 - time, time) }
    guard self == .spherical, startNorm > 0, endNorm > 0 else { return linear }
    let directions = zip(start, end).map { ($0 / startNorm, $1 / endNorm) }
    // Exact for small angles, too, where the arc cosine of the scalar product has few digits.
    let angle = 2 * atan2(norm(directions.map { $1 - $0 }), norm(directions.map { $1 + $0 }))
    guard sin(angle) > 1e-6 else { return linear }
    return { time in
      let scale = ((1 - time) * startNorm + time * endNorm) / sin(angle)
      return (scale * sin((1 - time) * angle) / startNorm, scale * sin(time * angle) / endNorm)
    }
  }
}

private func norm(_ vector: [Double]) -> Double {
  vector.reduce(0) { $0 + $1 * $1 }.squareRoot()
}
