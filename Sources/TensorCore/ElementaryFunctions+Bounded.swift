// What activations, losses and Box-Muller need, built on the exponential and the logarithm.

extension SIMD8 where Scalar == Float {
  /// The absolute value of each lane.
  @inlinable @inline(__always)
  package static func magnitude(_ x: Self) -> Self {
    unsafeBitCast(unsafeBitCast(x, to: SIMD8<UInt32>.self) & 0x7fff_ffff, to: Self.self)
  }

  /// log(1 + exp(-|x|)), the smooth part of softplus(x) = max(x, 0) + log(1 + exp(-|x|)), within 2 ulp.
  ///
  /// 0 where |x| > 87.33654 and the result would be subnormal; NaN stays.
  @inlinable @inline(__always)
  package static func logOnePlusExpNegative(_ x: Self) -> Self {
    logarithm(onePlusUnit: expOfNonPositive(-magnitude(x)))
  }

  /// sigmoid(x) and softplus(x) = log(1 + exp(x)), sharing the exponential; accurate as each of them.
  @inlinable @inline(__always)
  package static func sigmoidAndSoftplus(_ x: Self) -> (sigmoid: Self, softplus: Self) {
    let t = expOfNonPositive(-magnitude(x))
    let one = Self(repeating: 1)
    let positivePart = x.replacing(with: Self.zero, where: x .< Self.zero)
    return (
      one.replacing(with: t, where: x .< Self.zero) / (one + t), positivePart + logarithm(onePlusUnit: t)
    )
  }

  /// log(1 + t) for t in [0, 1].
  @inlinable @inline(__always)
  static func logarithm(onePlusUnit t: Self) -> Self {
    // On all of [0, 1] one polynomial, log(1 + t) = t + t^2 P(t), its terms added in pairs: a chain of fused
    // multiply-adds would take the loss twice as long to get through.
    let square = t * t
    let fourth = square * square
    let pair0 = multiplyAdd(t, Self(repeating: 0x1.5553a6p-2), Self(repeating: -0x1.fffff8p-2))
    let pair1 = multiplyAdd(t, Self(repeating: 0x1.978276p-3), Self(repeating: -0x1.ffc41ep-3))
    let pair2 = multiplyAdd(t, Self(repeating: 0x1.fea732p-4), Self(repeating: -0x1.4a5428p-3))
    let pair3 = multiplyAdd(t, Self(repeating: 0x1.57e932p-5), Self(repeating: -0x1.544568p-4))
    let pair4 = multiplyAdd(t, Self(repeating: 0x1.0fb478p-9), Self(repeating: -0x1.beacfcp-7))
    let low = multiplyAdd(square, pair1, pair0)
    let middle = multiplyAdd(square, pair3, pair2)
    let high = multiplyAdd(fourth, pair4, middle)
    let p = multiplyAdd(fourth, high, low)
    return multiplyAdd(square, p, t)
  }

  /// 1 / (1 + exp(-x)), within 3 ulp; 0 for x < -87.33654, where the result would be subnormal. NaN stays.
  @inlinable @inline(__always)
  package static func sigmoid(_ x: Self) -> Self {
    // For x < 0 the quotient is widened by exp(x), so that the exponential can't overflow.
    let t = expOfNonPositive(-magnitude(x))
    let one = Self(repeating: 1)
    return one.replacing(with: t, where: x .< Self.zero) / (one + t)
  }

  /// The hyperbolic tangent, within 2 ulp; odd to the bit, and -0 stays -0. NaN stays.
  @inlinable @inline(__always)
  package static func tanh(_ x: Self) -> Self {
    let absolute = magnitude(x)
    let square = x * x
    let p = polynomial(square, -0x1.733f28p-8, 0x1.51c5c2p-6, -0x1.b83a1p-5, 0x1.1107acp-3, -0x1.55553ap-2)
    let small = multiplyAdd(absolute * square, p, absolute)
    let t = expOfNonPositive(-2 * absolute)
    let one = Self(repeating: 1)
    let large = (one - t) / (one + t)
    let result = small.replacing(with: large, where: absolute .> Self(repeating: 0.625))
    let sign = unsafeBitCast(x, to: SIMD8<UInt32>.self) & 0x8000_0000
    return unsafeBitCast(unsafeBitCast(result, to: SIMD8<UInt32>.self) | sign, to: Self.self)
  }

  /// The sine and cosine of 2 pi u, for u in [0, 1), each within 2 ulp.
  ///
  /// The reduction to an eighth of a turn is exact because it is done on turns, not on radians.
  @inlinable @inline(__always)
  package static func sineAndCosine(turns u: Self) -> (sine: Self, cosine: Self) {
    // u = q / 4 + r with |r| <= 1/8.
    let shift = Self(repeating: 0x1.8p23)
    let shifted = multiplyAdd(u, Self(repeating: 4), shift)
    let r = multiplyAdd(shifted - shift, Self(repeating: -0.25), u)
    let z = r * r
    let sinePolynomial = polynomial(z, 0x1.4bc87cp5, -0x1.32cadap6, 0x1.466bbcp6, -0x1.4abbcep5)
    let cosinePolynomial = polynomial(z, 0x1.d9c326p5, -0x1.55c5e2p6, 0x1.03c1dep6, -0x1.3bd3ccp4)
    // 2 pi in two parts, 0x1.921fb6p2 and the rest.
    let rest = multiplyAdd(z, sinePolynomial, Self(repeating: -0x1.777a5cp-23))
    let sine = multiplyAdd(r, Self(repeating: 0x1.921fb6p2), r * rest)
    let cosine = multiplyAdd(z, cosinePolynomial, Self(repeating: 1))
    // Quadrant q mod 4: the odd ones swap the two, and the signs follow q's second bit, one ahead for the cosine.
    let quadrant = unsafeBitCast(shifted, to: SIMD8<UInt32>.self)
    let isOdd = unsafeBitCast(quadrant &<< 31, to: SIMD8<Int32>.self) .< SIMD8<Int32>.zero
    let sineSign = (quadrant & 2) &<< 30
    let cosineSign = ((quadrant &+ 1) & 2) &<< 30
    return (
      flippingSign(sine.replacing(with: cosine, where: isOdd), sineSign),
      flippingSign(cosine.replacing(with: sine, where: isOdd), cosineSign)
    )
  }

  /// `x` with its sign bit changed where `sign` has that bit.
  @inlinable @inline(__always)
  static func flippingSign(_ x: Self, _ sign: SIMD8<UInt32>) -> Self {
    unsafeBitCast(unsafeBitCast(x, to: SIMD8<UInt32>.self) ^ sign, to: Self.self)
  }
}
