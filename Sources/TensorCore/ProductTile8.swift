/// 4 rows by 8 columns.
struct ProductTile8: ProductTile {
  static let columns = 8
  var a0 = Vector.zero
  var b0 = Vector.zero
  var c0 = Vector.zero
  var d0 = Vector.zero

  @inline(__always)
  mutating func accumulate(_ operands: TileOperands, terms: Int) {
    var (left0, left1, left2, left3) = operands.leftRows
    var right = operands.right
    var term = 0
    repeat {
      let column0 = Vector.load(right)
      var row = Vector(repeating: left0.pointee)
      a0.addProduct(row, column0)
      row = Vector(repeating: left1.pointee)
      b0.addProduct(row, column0)
      row = Vector(repeating: left2.pointee)
      c0.addProduct(row, column0)
      row = Vector(repeating: left3.pointee)
      d0.addProduct(row, column0)
      left0 += operands.leftTermStride
      left1 += operands.leftTermStride
      left2 += operands.leftTermStride
      left3 += operands.leftTermStride
      right += operands.rightTermStride
      term &+= 1
    } while term < terms
  }

  @inline(__always)
  mutating func finish(bias: UnsafePointer<Float>?, negativeSlope: Float) {
    if let bias {
      let bias0 = Vector.load(bias)
      a0 += bias0
      b0 += bias0
      c0 += bias0
      d0 += bias0
    }
    if negativeSlope != 1 {
      a0 = a0.scaledWhereNegative(by: negativeSlope)
      b0 = b0.scaledWhereNegative(by: negativeSlope)
      c0 = c0.scaledWhereNegative(by: negativeSlope)
      d0 = d0.scaledWhereNegative(by: negativeSlope)
    }
  }

  @inline(__always)
  func write(to output: UnsafeMutablePointer<Float>, rowStride: Int, rows: Int) {
    a0.store(output)
    if rows > 1 {
      b0.store(output + rowStride)
    }
    if rows > 2 {
      c0.store(output + 2 * rowStride)
    }
    if rows > 3 {
      d0.store(output + 3 * rowStride)
    }
  }
}
