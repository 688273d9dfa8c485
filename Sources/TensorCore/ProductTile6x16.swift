/// 6 rows by 16 columns of a product, held in 12 of the 16 registers of AVX2: the tile of the convolutions, whose
/// channel counts are mostly multiples of 16.
///
/// As in `ProductTile`, an element is one chain of fused multiply-adds in the order of the terms, so its bits depend on
/// its row of `left` and its column of `right` alone. The rows may lie anywhere: a convolution's are pixels.
struct ProductTile6x16 {
  static let rows = 6
  static let columns = 16
  var a0 = Vector.zero, a1 = Vector.zero
  var b0 = Vector.zero, b1 = Vector.zero
  var c0 = Vector.zero, c1 = Vector.zero
  var d0 = Vector.zero, d1 = Vector.zero
  var e0 = Vector.zero, e1 = Vector.zero
  var f0 = Vector.zero, f1 = Vector.zero

  /// tile[i, j] += left_i[r * leftStride] * right[r * 16 + j] for r below `terms`.
  ///
  /// - Parameters:
  ///   - left: where each row's factors begin. Rows that don't exist may repeat others.
  ///   - leftStride: floats from one term's factor to the next.
  ///   - right: a panel of 16 columns, term by term.
  @inline(__always)
  mutating func accumulate(
    _ left: TileRows, leftStride: Int, right firstRight: UnsafePointer<Float>, terms: Int
  ) {
    var right = firstRight
    var (rowA, rowB, rowC) = (left.a, left.b, left.c)
    var (rowD, rowE, rowF) = (left.d, left.e, left.f)
    var term = 0
    while term < terms {
      let column0 = Vector.load(right)
      let column1 = Vector.load(right, 8)
      var row = Vector(repeating: rowA.pointee)
      a0.addProduct(row, column0)
      a1.addProduct(row, column1)
      row = Vector(repeating: rowB.pointee)
      b0.addProduct(row, column0)
      b1.addProduct(row, column1)
      row = Vector(repeating: rowC.pointee)
      c0.addProduct(row, column0)
      c1.addProduct(row, column1)
      row = Vector(repeating: rowD.pointee)
      d0.addProduct(row, column0)
      d1.addProduct(row, column1)
      row = Vector(repeating: rowE.pointee)
      e0.addProduct(row, column0)
      e1.addProduct(row, column1)
      row = Vector(repeating: rowF.pointee)
      f0.addProduct(row, column0)
      f1.addProduct(row, column1)
      rowA += leftStride
      rowB += leftStride
      rowC += leftStride
      rowD += leftStride
      rowE += leftStride
      rowF += leftStride
      right += 16
      term &+= 1
    }
  }

  /// Adds a tile that `save` put away.
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
    e0 += Vector.load(scratch, 64)
    e1 += Vector.load(scratch, 72)
    f0 += Vector.load(scratch, 80)
    f1 += Vector.load(scratch, 88)
  }

  /// Puts the tile away: 6 rows of 16 floats, one after another.
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
    e0.store(scratch, 64)
    e1.store(scratch, 72)
    f0.store(scratch, 80)
    f1.store(scratch, 88)
  }

  /// Adds the bias of each column, then multiplies negative elements by `negativeSlope`.
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
      e0 += bias0
      e1 += bias1
      f0 += bias0
      f1 += bias1
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
      e0 = e0.scaledWhereNegative(by: negativeSlope)
      e1 = e1.scaledWhereNegative(by: negativeSlope)
      f0 = f0.scaledWhereNegative(by: negativeSlope)
      f1 = f1.scaledWhereNegative(by: negativeSlope)
    }
  }

  /// Stores the first `rows` rows, 1 to 6, `stride` floats apart.
  @inline(__always)
  func write(to output: UnsafeMutablePointer<Float>, stride: Int, rows: Int) {
    a0.store(output)
    a1.store(output, 8)
    if rows > 1 {
      b0.store(output + stride)
      b1.store(output + stride, 8)
    }
    if rows > 2 {
      c0.store(output + 2 * stride)
      c1.store(output + 2 * stride, 8)
    }
    if rows > 3 {
      d0.store(output + 3 * stride)
      d1.store(output + 3 * stride, 8)
    }
    if rows > 4 {
      e0.store(output + 4 * stride)
      e1.store(output + 4 * stride, 8)
    }
    if rows > 5 {
      f0.store(output + 5 * stride)
      f1.store(output + 5 * stride, 8)
    }
  }
}

/// Where the six rows of a tile begin.
struct TileRows {
  var a, b, c, d, e, f: UnsafePointer<Float>

  /// Rows one after another; those that don't exist repeat the last one.
  @inline(__always)
  init(_ first: UnsafePointer<Float>, stride: Int, count: Int) {
    a = first
    b = first + min(1, count - 1) * stride
    c = first + min(2, count - 1) * stride
    d = first + min(3, count - 1) * stride
    e = first + min(4, count - 1) * stride
    f = first + min(5, count - 1) * stride
  }

  /// Rows at the offsets that `offset` gives for 0, 1, … below `count`; those that don't exist repeat the last one.
  @inline(__always)
  init(_ base: UnsafePointer<Float>, count: Int, offset: (Int) -> Int) {
    a = base + offset(0)
    b = base + offset(min(1, count - 1))
    c = base + offset(min(2, count - 1))
    d = base + offset(min(3, count - 1))
    e = base + offset(min(4, count - 1))
    f = base + offset(min(5, count - 1))
  }

  /// Moves all rows on by so many floats.
  @inline(__always)
  mutating func advance(by distance: Int) {
    a += distance
    b += distance
    c += distance
    d += distance
    e += distance
    f += distance
  }
}
