// Exponential and logarithm on eight lanes, from + - * / fused multiply-add and bit operations alone: no libm, so
// the bits are the same on every processor. ElementaryFunctions+Bounded.swift has what is built on them.
//
// The polynomials are minimax in relative error; Tests/Fixtures/elementary_coefficients.py computes them. The worst
// errors named here are measured against Double by ElementaryFunctionsTests.

/// log 2 in two parts: 15 bits, so that its product with any exponent is exact, and the rest.
@usableFromInline let log2High: Float = 0x1.62e4p-1
@usableFromInline let log2Low: Float = 0x1.7f7d1cp-20

extension SIMD8 where Scalar == Float {
  /// c1 x + c0.
  @inlinable @inline(__always)
  static func polynomial(_ x: Self, _ c1: Float, _ c0: Float) -> Self {
    multiplyAdd(Self(repeating: c1), x, Self(repeating: c0))
  }

  /// c2 x^2 + c1 x + c0 by Horner's rule; those below go on in the same way.
  @inlinable @inline(__always)
  static func polynomial(_ x: Self, _ c2: Float, _ c1: Float, _ c0: Float) -> Self {
    multiplyAdd(polynomial(x, c2, c1), x, Self(repeating: c0))
  }

  @inlinable @inline(__always)
  static func polynomial(_ x: Self, _ c3: Float, _ c2: Float, _ c1: Float, _ c0: Float) -> Self {
    polynomial(x, Self(repeating: c3), c2, c1, c0)
  }

  @inlinable @inline(__always)
  static func polynomial(_ x: Self, _ c4: Float, _ c3: Float, _ c2: Float, _ c1: Float, _ c0: Float) -> Self {
    polynomial(x, Self(repeating: c4), c3, c2, c1, c0)
  }

  /// The polynomial whose terms from the third power up are `upper` x^3.
  @inlinable @inline(__always)
  static func polynomial(_ x: Self, _ upper: Self, _ c2: Float, _ c1: Float, _ c0: Float) -> Self {
    let middle = multiplyAdd(multiplyAdd(upper, x, Self(repeating: c2)), x, Self(repeating: c1))
    return multiplyAdd(middle, x, Self(repeating: c0))
  }

  /// The polynomial whose terms from the fourth power up are `upper` x^4.
  @inlinable @inline(__always)
  static func polynomial(_ x: Self, _ upper: Self, _ c3: Float, _ c2: Float, _ c1: Float, _ c0: Float) -> Self
  {
    polynomial(x, multiplyAdd(upper, x, Self(repeating: c3)), c2, c1, c0)
  }

  /// e to the power x, within 2 ulp.
  ///
  /// Above 88.72284 infinity; below -87.33655 subnormal, correctly rounded once more, and 0 below -103.9721. NaN stays.
  @inlinable @inline(__always)
  package static func exp(_ x: Self) -> Self {
    // Beyond these bounds the result is infinity or 0 all the same, and the exponent fits the bit tricks below.
    let high = Self(repeating: 89)
    let low = Self(repeating: -104.5)
    var x = x.replacing(with: high, where: x .> high)
    x = x.replacing(with: low, where: x .< low)
    let (mantissa, exponent) = exponentialParts(x)
    // Two factors, as 2^n itself may be beyond the range at both ends; only the last product can round.
    let half = exponent &>> 1
    return mantissa * powerOfTwo(half) * powerOfTwo(exponent &- half)
  }

  /// e to the power x for x <= 0, within 2 ulp, at two thirds of the cost of `exp`: below -87.33654, where the result
  /// would be subnormal, it is 0. NaN stays.
  @inlinable @inline(__always)
  package static func expOfNonPositive(_ x: Self) -> Self {
    let low = Self(repeating: -87.336_54)
    let (mantissa, exponent) = exponentialParts(x.replacing(with: low, where: x .< low))
    return (mantissa * powerOfTwo(exponent)).replacing(with: Self.zero, where: x .< low)
  }

  /// (m, n) with e^x = m 2^n and m within a hair of [sqrt(1/2), sqrt(2)], for |x| < 2^20.
  @inlinable @inline(__always)
  static func exponentialParts(_ x: Self) -> (mantissa: Self, exponent: SIMD8<Int32>) {
    // x = n log 2 + r: adding 1.5 * 2^23 rounds to an integer and leaves it in the low bits.
    let shift = Self(repeating: 0x1.8p23)
    let shifted = multiplyAdd(x, Self(repeating: 0x1.715476p0), shift)
    let n = shifted - shift
    let r = multiplyAdd(n, Self(repeating: -log2Low), multiplyAdd(n, Self(repeating: -log2High), x))
    // Even and odd powers apart: two short chains of multiply-adds, which the processor works on side by side.
    let square = r * r
    let even = polynomial(square, 0x1.6a234ep-10, 0x1.5558f4p-5, 0x1.fffffcp-2)
    let odd = polynomial(square, 0x1.123a68p-7, 0x1.55549p-3)
    let mantissa = 1 + multiplyAdd(square, multiplyAdd(odd, r, even), r)
    return (mantissa, unsafeBitCast(shifted, to: SIMD8<Int32>.self) &- 0x4b40_0000)
  }

  /// 2 to the power n, for n in -126...127.
  @inlinable @inline(__always)
  static func powerOfTwo(_ n: SIMD8<Int32>) -> Self {
    unsafeBitCast((n &+ 127) &<< 23, to: Self.self)
  }

  /// The natural logarithm of x, within 1 ulp, subnormals too.
  ///
  /// Zero of either sign gives -infinity, a negative x NaN, infinity infinity; NaN stays.
  @inlinable @inline(__always)
  package static func log(_ x: Self) -> Self {
    let isSmall = x .< Self(repeating: .leastNormalMagnitude)
    let scaled = x.replacing(with: x * 0x1p24, where: isSmall)
    // x = 2^e m with m in [sqrt(1/2), sqrt(2)): the subtraction moves the exponent's step to sqrt(1/2).
    let bits = unsafeBitCast(scaled, to: SIMD8<Int32>.self)
    let offset = bits &- 0x3f35_04f3
    let mantissa = unsafeBitCast((offset & 0x007f_ffff) &+ 0x3f35_04f3, to: Self.self)
    // The exponent as a Float: put below 1.5 * 2^23, which is then taken away.
    let biased = unsafeBitCast((offset &>> 23) &+ 0x4b40_0000, to: Self.self)
    let bias = Self(repeating: 0x1.8p23)
    let e = biased - bias.replacing(with: Self(repeating: 0x1.8p23 + 24), where: isSmall)
    let f = mantissa - 1
    let square = f * f
    let even = polynomial(square, 0x1.055b6ep-3, 0x1.22da1cp-3, 0x1.99a008p-3, 0x1.555554p-2)
    let odd = polynomial(square, -0x1.38b58ep-4, -0x1.0d854p-3, -0x1.547244p-3, -0x1.000226p-2)
    let p = multiplyAdd(odd, f, even)
    // log(1 + f) + e log 2, smallest terms first.
    let tail = multiplyAdd(square, Self(repeating: -0.5), multiplyAdd(f * square, p, e * log2Low))
    let result = multiplyAdd(e, Self(repeating: log2High), f + tail)
    // Where x is 0, infinite, negative or NaN, the bits above mean nothing.
    return
      result
      .replacing(with: x, where: .!(x .< Self(repeating: .infinity)))
      .replacing(with: Self(repeating: -.infinity), where: x .== .zero)
      .replacing(with: Self(repeating: .nan), where: x .< .zero)
  }
}
