import CVector

/// The eight Floats that elementwise code works on at a time: one AVX register.
///
/// The bits of every operation are the same for each lane, so that a tail of fewer than eight elements goes through
/// the same code as the body (`loadPartial`, `storePartial`) and gets the same bits. The width is fixed on every
/// processor. For a fused multiply-add or a square root use `multiplyAdd` and `squareRoot` below: the methods of SIMD
/// types are loops over lanes, which the optimiser often leaves as such.
@usableFromInline package typealias Vector = SIMD8<Float>

extension SIMD8 where Scalar == Float {
  /// The eight elements from `pointer[offset]` on; no alignment is needed.
  @inlinable @inline(__always)
  package static func load(_ pointer: UnsafePointer<Float>, _ offset: Int = 0) -> Self {
    UnsafeRawPointer(pointer + offset).loadUnaligned(as: Self.self)
  }

  /// The `count` elements from `pointer` on, 0...8 of them, and zeros in the lanes above.
  @inlinable @inline(__always)
  package static func loadPartial(_ pointer: UnsafePointer<Float>, count: Int) -> Self {
    if count == 8 { return load(pointer) }
    var lanes = Self.zero
    withUnsafeMutableBytes(of: &lanes) { $0.baseAddress!.copyMemory(from: pointer, byteCount: 4 * count) }
    return lanes
  }

  /// Writes all lanes to the eight elements from `pointer[offset]` on; no alignment is needed.
  @inlinable @inline(__always)
  package func store(_ pointer: UnsafeMutablePointer<Float>, _ offset: Int = 0) {
    UnsafeMutableRawPointer(pointer + offset).storeBytes(of: self, as: Self.self)
  }

  /// Writes the first `count` lanes, 0...8 of them, to the elements from `pointer` on.
  @inlinable @inline(__always)
  package func storePartial(_ pointer: UnsafeMutablePointer<Float>, count: Int) {
    if count == 8 { return store(pointer) }
    withUnsafeBytes(of: self) {
      UnsafeMutableRawPointer(pointer).copyMemory(from: $0.baseAddress!, byteCount: 4 * count)
    }
  }
}

/// a * b + c in each lane, rounded once.
@inlinable @inline(__always)
package func multiplyAdd(_ a: Vector, _ b: Vector, _ c: Vector) -> Vector {
  vector8_multiply_add(a, b, c)
}

/// The square root of each lane, correctly rounded; NaN for negative ones.
@inlinable @inline(__always)
package func squareRoot(_ x: Vector) -> Vector {
  vector8_square_root(x)
}

/// Sets `output[i] = transform(input[i])` for i below `count`; `output` may be `input`.
///
/// `transform` must treat each lane by itself. It is called on zeros too, in the lanes above the last element.
@inlinable @inline(__always)
package func mapVectors(
  _ input: UnsafePointer<Float>, _ output: UnsafeMutablePointer<Float>, count: Int,
  _ transform: (Vector) -> Vector
) {
  let body = count & ~7
  var offset = 0
  while offset < body {
    transform(.load(input, offset)).store(output, offset)
    offset += 8
  }
  if body < count {
    transform(.loadPartial(input + body, count: count - body)).storePartial(
      output + body, count: count - body)
  }
}

/// Sets `output[i] = transform(first[i], second[i])` for i below `count`, as `mapVectors` with one input does.
@inlinable @inline(__always)
package func mapVectors(
  _ first: UnsafePointer<Float>, _ second: UnsafePointer<Float>, _ output: UnsafeMutablePointer<Float>,
  count: Int, _ transform: (Vector, Vector) -> Vector
) {
  let body = count & ~7
  var offset = 0
  while offset < body {
    transform(.load(first, offset), .load(second, offset)).store(output, offset)
    offset += 8
  }
  if body < count {
    let rest = count - body
    transform(.loadPartial(first + body, count: rest), .loadPartial(second + body, count: rest))
      .storePartial(output + body, count: rest)
  }
}
