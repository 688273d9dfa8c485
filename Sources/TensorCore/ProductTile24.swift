/// 4 rows by 24 columns: with 12 accumulators it fills the 16 registers of AVX2.
struct ProductTile24: ProductTile {
  static let columns = 24
  var a0 = Vector.zero, a1 = Vector.zero, a2 = Vector.zero
  var b0 = Vector.zero, b1 = Vector.zero, b2 = Vector.zero
  var c0 = Vector.zero, c1 = Vector.zero, c2 = Vector.zero
  var d0 = Vector.zero, d1 = Vector.zero, d2 = Vector.zero

  @inline(__always)
  mutating func accumulate(_ operands: TileOperands, terms: Int) {
    var (left0, left1, left2, left3) = operands.leftRows
    var right = operands.right
    var term = 0
    repeat {
      let column0 = Vector.load(right)
      let column1 = Vector.load(right, 8)
      let column2 = Vector.load(right, 16)
      var row = Vector(repeating: left0.pointee)
      a0.addProduct(row, column0)
      a1.addProduct(row, column1)
      a2.addProduct(row, column2)
      row = Vector(repeating: left1.pointee)
      b0.addProduct(row, column0)
      b1.addProduct(row, column1)
      b2.addProduct(row, column2)
      row = Vector(repeating: left2.pointee)
      c0.addProduct(row, column0)
      c1.addProduct(row, column1)
      c2.addProduct(row, column2)
      row = Vector(repeating: left3.pointee)
      d0.addProduct(row, column0)
      d1.addProduct(row, column1)
      d2.addProduct(row, column2)
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
      let bias1 = Vector.load(bias, 8)
      let bias2 = Vector.load(bias, 16)
      a0 += bias0
      a1 += bias1
      a2 += bias2
      b0 += bias0
      b1 += bias1
      b2 += bias2
      c0 += bias0
      c1 += bias1
      c2 += bias2
      d0 += bias0
      d1 += bias1
      d2 += bias2
    }
    if negativeSlope != 1 {
      a0 = a0.scaledWhereNegative(by: negativeSlope)
      a1 = a1.scaledWhereNegative(by: negativeSlope)
      a2 = a2.scaledWhereNegative(by: negativeSlope)
      b0 = b0.scaledWhereNegative(by: negativeSlope)
      b1 = b1.scaledWhereNegative(by: negativeSlope)
      b2 = b2.scaledWhereNegative(by: negativeSlope)
      c0 = c0.scaledWhereNegative(by: negativeSlope)
      c1 = c1.scaledWhereNegative(by: negativeSlope)
      c2 = c2.scaledWhereNegative(by: negativeSlope)
      d0 = d0.scaledWhereNegative(by: negativeSlope)
      d1 = d1.scaledWhereNegative(by: negativeSlope)
      d2 = d2.scaledWhereNegative(by: negativeSlope)
    }
  }

  @inline(__always)
  func write(to output: UnsafeMutablePointer<Float>, rowStride: Int, rows: Int) {
    a0.store(output)
    a1.store(output, 8)
    a2.store(output, 16)
    if rows > 1 {
      b0.store(output + rowStride)
      b1.store(output + rowStride, 8)
      b2.store(output + rowStride, 16)
    }
    if rows > 2 {
      c0.store(output + 2 * rowStride)
      c1.store(output + 2 * rowStride, 8)
      c2.store(output + 2 * rowStride, 16)
    }
    if rows > 3 {
      d0.store(output + 3 * rowStride)
      d1.store(output + 3 * rowStride, 8)
      d2.store(output + 3 * rowStride, 16)
    }
  }
}
