/// cos(π x) for x in [0, 1], within 2 ulp of the larger of itself and 1e-3, from + - * alone: libm's cosine has not the
/// same bits on every system, and a learning rate has to.
package func halfTurnCosine(_ x: Double) -> Double {
  if x > 0.5 { return -halfTurnCosine(1 - x) }
  if x > 0.25 {
    // cos(π x) = sin(π (1/2 - x)), which has no large terms to cancel near x = 1/2.
    let angle = Double.pi * (0.5 - x)
    return angle * alternatingSeries(angle * angle, firstFactorial: 2)
  }
  let angle = Double.pi * x
  return alternatingSeries(angle * angle, firstFactorial: 1)
}

/// 1 - z / (f (f+1)) (1 - z / ((f+2) (f+3)) (1 - …)): cosine's series in z = angle² from f = 1, sine's over its angle
/// from f = 2. Ten terms leave less than 1e-18 for z < 0.62.
private func alternatingSeries(_ z: Double, firstFactorial: Int) -> Double {
  var sum = 1.0
  var factor = firstFactorial + 18
  while factor >= firstFactorial {
    sum = 1 - z / Double(factor * (factor + 1)) * sum
    factor -= 2
  }
  return sum
}
