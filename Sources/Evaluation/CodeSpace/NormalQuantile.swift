import Glibc

/// The number below which N(0, 1) has the probability p, to about 16 digits.
///
/// Source: Wichura, "Algorithm AS 241: the percentage points of the normal distribution", Applied Statistics 37, 1988
/// (PPND16): a quotient of two polynomials for each of three ranges of p.
///
/// - Precondition: 0 < p < 1.
public func normalQuantile(_ probability: Double) -> Double {
  precondition(probability > 0 && probability < 1)
  let offset = probability - 0.5
  if abs(offset) <= 0.425 { return offset * central.value(at: 0.180625 - offset * offset) }
  let tail = (-log(min(probability, 1 - probability))).squareRoot()
  let magnitude = tail <= 5 ? intermediate.value(at: tail - 1.6) : extreme.value(at: tail - 5)
  return offset < 0 ? -magnitude : magnitude
}

/// A quotient of polynomials, their coefficients from the constant on.
private struct RationalFunction {
  let numerator: [Double]
  let denominator: [Double]

  func value(at x: Double) -> Double {
    func polynomial(_ coefficients: [Double]) -> Double { coefficients.reversed().reduce(0) { $0 * x + $1 } }
    return polynomial(numerator) / polynomial(denominator)
  }
}

private let central = RationalFunction(
  numerator: [
    3.3871328727963666080, 133.14166789178437745, 1971.5909503065514427, 13731.693765509461125,
    45921.953931549871457, 67265.770927008700853, 33430.575583588128105, 2509.0809287301226727,
  ],
  denominator: [
    1, 42.313330701600911252, 687.18700749205790830, 5394.1960214247511077, 21213.794301586595867,
    39307.895800092710610, 28729.085735721942674, 5226.4952788528545610,
  ])

private let intermediate = RationalFunction(
  numerator: [
    1.42343711074968357734, 4.63033784615654529590, 5.76949722146069140550, 3.64784832476320460504,
    1.27045825245236838258, 0.241780725177450611770, 0.0227238449892691845833, 7.74545014278341407640e-4,
  ],
  denominator: [
    1, 2.05319162663775882187, 1.67638483018380384940, 0.689767334985100004550, 0.148103976427480074590,
    0.0151986665636164571966, 5.47593808499534494600e-4, 1.05075007164441684324e-9,
  ])

private let extreme = RationalFunction(
  numerator: [
    6.65790464350110377720, 5.46378491116411436990, 1.78482653991729133580, 0.296560571828504891230,
    0.0265321895265761230930, 0.00124266094738807843860, 2.71155556874348757815e-5, 2.01033439929228813265e-7,
  ],
  denominator: [
    1, 0.599832206555887937690, 0.136929880922735805310, 0.0148753612908506148525, 7.86869131145613259100e-4,
    1.84631831751005468180e-5, 1.42151175831644588870e-7, 2.04426310338993978564e-15,
  ])
