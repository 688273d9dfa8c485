/// Adds four rows by eight columns of a product of double-precision matrices: the sum over terms t, one after another, of
/// left[t, row] · right[t, column].
///
/// The four rows of a term stand at left + t · leftStride, the eight columns at right + t · rightStride.
// Product and sum are rounded apart: no fewer a cycle than fused ones where both have units of their own. Not inlined,
// since among other vector code the optimiser takes the tile's lanes apart: three times slower.
@inline(never)
func addProductTile(
  _ left: UnsafePointer<Double>, leftStride: Int, _ right: UnsafePointer<Double>, rightStride: Int,
  terms: Int,
  to result: UnsafeMutablePointer<Double>, rowStride: Int
) {
  typealias Lanes = SIMD8<Double>
  var (row0, row1, row2, row3) = (Lanes.zero, Lanes.zero, Lanes.zero, Lanes.zero)
  var (left, right) = (left, right)
  for _ in 0..<terms {
    let columns = Lanes.load(right)
    row0 += columns * left[0]
    row1 += columns * left[1]
    row2 += columns * left[2]
    row3 += columns * left[3]
    left += leftStride
    right += rightStride
  }
  (Lanes.load(result) + row0).store(result)
  (Lanes.load(result + rowStride) + row1).store(result + rowStride)
  (Lanes.load(result + 2 * rowStride) + row2).store(result + 2 * rowStride)
  (Lanes.load(result + 3 * rowStride) + row3).store(result + 3 * rowStride)
}

extension SIMD8 where Scalar == Double {
  /// Eight elements; no alignment is needed.
  @inline(__always)
  static func load(_ pointer: UnsafePointer<Double>) -> Self {
    UnsafeRawPointer(pointer).loadUnaligned(as: Self.self)
  }

  @inline(__always)
  func store(_ pointer: UnsafeMutablePointer<Double>) {
    UnsafeMutableRawPointer(pointer).storeBytes(of: self, as: Self.self)
  }
}
