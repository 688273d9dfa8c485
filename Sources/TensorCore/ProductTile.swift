// The innermost loop of every matrix product.
//
// A tile holds 4 rows by up to 24 columns of a product in registers and adds one outer product after another:
//   tile[i, j] += left[i, r] * right[r, j],  r = 0, 1, …
// with one fused multiply-add an element and term, in the order of r. An element's bits therefore depend on its row of
// `left`, its column of `right` and nothing else: not on the tile it falls into, nor on how many rows there are.
// The three widths are written out because the registers have to be named for the compiler to keep them.

/// Where a tile reads its factors; strides in floats.
struct TileOperands {
  /// `left[i, r]` is at `left + i * leftRowStride + r * leftTermStride`.
  var left: UnsafePointer<Float>
  var leftRowStride: Int
  var leftTermStride: Int
  /// `right[r, j]` is at `right + r * rightTermStride + j`.
  var right: UnsafePointer<Float>
  var rightTermStride: Int
  /// Rows that exist, 1 to 4. The tile computes the last one again in place of those that don't.
  var rows: Int

  @inline(__always)
  var leftRows: (UnsafePointer<Float>, UnsafePointer<Float>, UnsafePointer<Float>, UnsafePointer<Float>) {
    (
      left, left + min(1, rows - 1) * leftRowStride, left + min(2, rows - 1) * leftRowStride,
      left + min(3, rows - 1) * leftRowStride
    )
  }
}

/// Four rows of a product, held in registers.
protocol ProductTile {
  static var columns: Int { get }
  /// All zero.
  init()
  /// Adds `terms` outer products, at least one.
  mutating func accumulate(_ operands: TileOperands, terms: Int)
  /// Adds the bias of each column, then multiplies negative elements by `negativeSlope`.
  mutating func finish(bias: UnsafePointer<Float>?, negativeSlope: Float)
  func write(to output: UnsafeMutablePointer<Float>, rowStride: Int, rows: Int)
}

extension SIMD8 where Scalar == Float {
  /// The rectifiers in one form: slope 0 is ReLU, 0.2 leaky ReLU. NaN stays NaN, and ReLU makes negatives +0, not -0.
  @inline(__always)
  func scaledWhereNegative(by slope: Float) -> Vector {
    replacing(with: self * slope + Vector.zero, where: self .< 0)
  }
}
