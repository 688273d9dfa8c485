/// 4 rows by 16 columns.
struct ProductTile16: ProductTile {
  static let columns = 16
  var a0 = Vector.zero, a1 = Vector.zero
  var b0 = Vector.zero, b1 = Vector.zero
  var c0 = Vector.zero, c1 = Vector.zero
  var d0 = Vector.zero, d1 = Vector.zero

  @inline(__always)
  mutating func accumulate(_ operands: TileOperands, terms: Int) {
    var (left0, left1, left2, left3) = operands.leftRows
    var right = operands.right
    var term = 0
    repeat {
      let column0 = Vector.load(right)
      let column1 = Vector.load(right, 8)
      var row = Vector(repeating: left0.pointee)
      a0.addProduct(row, column0)
      a1.addProduct(row, column1)
      row = Vector(repeating: left1.pointee)
      b0.addProduct(row, column0)
      b1.addProduct(row, column1)
      row = Vector(repeating: left2.pointee)
      c0.addProduct(row, column0)
      c1.addProduct(row, column1)
      row = Vector(repeating: left3.pointee)
      d0.addProduct(row, column0)
      d1.addProduct(row, column1)
      left0 += operands.leftTermStride
      left1 += operands.leftTermStride
      left2 += operands.leftTermStride
      left3 += operands.leftTermStride
      right += operands.rightTermStride
      term &+= 1
    } while term < terms
  }

  /// Adds one outer product, of 4 floats with 16.
  @inline(__always)
  mutating func addProduct(_ left: UnsafePointer<Float>, _ right: UnsafePointer<Float>) {
    let column0 = Vector.load(right)
    let column1 = Vector.load(right, 8)
    var row = Vector(repeating: left[0])
    a0.addProduct(row, column0)
    a1.addProduct(row, column1)
    row = Vector(repeating: left[1])
    b0.addProduct(row, column0)
    b1.addProduct(row, column1)
    row = Vector(repeating: left[2])
    c0.addProduct(row, column0)
    c1.addProduct(row, column1)
    row = Vector(repeating: left[3])
    d0.addProduct(row, column0)
    d1.addProduct(row, column1)
  }

  /// Adds a tile that `save` put away (4 rows of 16 floats).
  @inline(__always)
  mutating func add(_ scratch: UnsafePointer<Float>) {
    a0 += Vector.load(scratch, 0)
    a1 += Vector.load(scratch, 8)
    b0 += Vector.load(scratch, 16)
    b1 += Vector.load(scratch, 24)
    c0 += Vector.load(scratch, 32)
    c1 += Vector.load(scratch, 40)
    d0 += Vector.load(scratch, 48)
    d1 += Vector.load(scratch, 56)
  }

  @inline(__always)
  func save(_ scratch: UnsafeMutablePointer<Float>) {
    a0.store(scratch, 0)
    a1.store(scratch, 8)
    b0.store(scratch, 16)
    b1.store(scratch, 24)
    c0.store(scratch, 32)
    c1.store(scratch, 40)
    d0.store(scratch, 48)
    d1.store(scratch, 56)
  }

  @inline(__always)
  mutating func finish(bias: UnsafePointer<Float>?, negativeSlope: Float) {
    if let bias {
      let bias0 = Vector.load(bias)
      let bias1 = Vector.load(bias, 8)
      a0 += bias0
      a1 += bias1
      b0 += bias0
      b1 += bias1
      c0 += bias0
      c1 += bias1
      d0 += bias0
      d1 += bias1
    }
    if negativeSlope != 1 {
      a0 = a0.scaledWhereNegative(by: negativeSlope)
      a1 = a1.scaledWhereNegative(by: negativeSlope)
      b0 = b0.scaledWhereNegative(by: negativeSlope)
      b1 = b1.scaledWhereNegative(by: negativeSlope)
      c0 = c0.scaledWhereNegative(by: negativeSlope)
      c1 = c1.scaledWhereNegative(by: negativeSlope)
      d0 = d0.scaledWhereNegative(by: negativeSlope)
      d1 = d1.scaledWhereNegative(by: negativeSlope)
    }
  }

  @inline(__always)
  func write(to output: UnsafeMutablePointer<Float>, rowStride: Int, rows: Int) {
    a0.store(output)
    a1.store(output, 8)
    if rows > 1 {
      b0.store(output + rowStride)
      b1.store(output + rowStride, 8)
    }
    if rows > 2 {
      c0.store(output + 2 * rowStride)
      c1.store(output + 2 * rowStride, 8)
    }
    if rows > 3 {
      d0.store(output + 3 * rowStride)
      d1.store(output + 3 * rowStride, 8)
    }
  }
}
