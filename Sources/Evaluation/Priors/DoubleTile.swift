/// Four rows by eight columns of a product of double-precision matrices, in registers: the sum over terms t of
/// left[row, t] · right[t, column], one term after another.
struct DoubleTile {
  typealias Lanes = SIMD8<Double>

  var row0 = Lanes.zero
  var row1 = Lanes.zero
  var row2 = Lanes.zero
  var row3 = Lanes.zero

  /// Element (row, term) of the left matrix stands at row · leftRowStride + term · leftTermStride, the eight columns
  /// of a term of the right one at term · rightTermStride.
  // Product and sum are rounded apart: no fewer a cycle than fused ones where both have units of their own.
  @inline(__always)
  mutating func accumulate(
    _ left: UnsafePointer<Double>, leftRowStride: Int, leftTermStride: Int, _ right: UnsafePointer<Double>,
    rightTermStride: Int, terms: Int
  ) {
    var (row0, row1, row2, row3) = (row0, row1, row2, row3)
    var (left, right) = (left, right)
    for _ in 0..<terms {
      let columns = Lanes.load(right)
      row0 += columns * left[0]
      row1 += columns * left[leftRowStride]
      row2 += columns * left[2 * leftRowStride]
      row3 += columns * left[3 * leftRowStride]
      left += leftTermStride
      right += rightTermStride
    }
    (self.row0, self.row1, self.row2, self.row3) = (row0, row1, row2, row3)
  }

  /// Adds the tile to a matrix.
  @inline(__always)
  func add(to result: UnsafeMutablePointer<Double>, rowStride: Int) {
    (Lanes.load(result) + row0).store(result)
    (Lanes.load(result + rowStride) + row1).store(result + rowStride)
    (Lanes.load(result + 2 * rowStride) + row2).store(result + 2 * rowStride)
    (Lanes.load(result + 3 * rowStride) + row3).store(result + 3 * rowStride)
  }
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
