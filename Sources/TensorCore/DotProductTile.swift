/// Three rows by four columns of input * weight^T, each an inner product with eight partial sums.
///
/// Reads both factors along their rows, so neither has to be transposed; the price is adding up eight lanes at the end,
/// which is small against the rows it is used for.
struct DotProductTile {
  /// The first of up to four consecutive rows; those that don't exist repeat the last one.
  struct Rows {
    let row0, row1, row2, row3: UnsafePointer<Float>

    @inline(__always)
    init(_ first: UnsafePointer<Float>, stride: Int, count: Int) {
      row0 = first
      row1 = first + min(1, count - 1) * stride
      row2 = first + min(2, count - 1) * stride
      row3 = first + min(3, count - 1) * stride
    }
  }

  /// The sums of each row, a lane a column.
  let sums0, sums1, sums2: SIMD4<Float>

  @inline(__always)
  init(_ input: UnsafePointer<Float>, _ weights: Rows, inputs: Int, rows: Int) {
    let inputRows = Rows(input, stride: inputs, count: rows)
    var a0 = Vector.zero
    var a1 = Vector.zero
    var a2 = Vector.zero
    var a3 = Vector.zero
    var b0 = Vector.zero
    var b1 = Vector.zero
    var b2 = Vector.zero
    var b3 = Vector.zero
    var c0 = Vector.zero
    var c1 = Vector.zero
    var c2 = Vector.zero
    var c3 = Vector.zero
    let whole = inputs & ~7
    var k = 0
    while k < whole {
      let x0 = Vector.load(inputRows.row0, k)
      let x1 = Vector.load(inputRows.row1, k)
      let x2 = Vector.load(inputRows.row2, k)
      var w = Vector.load(weights.row0, k)
      a0.addProduct(x0, w)
      b0.addProduct(x1, w)
      c0.addProduct(x2, w)
      w = Vector.load(weights.row1, k)
      a1.addProduct(x0, w)
      b1.addProduct(x1, w)
      c1.addProduct(x2, w)
      w = Vector.load(weights.row2, k)
      a2.addProduct(x0, w)
      b2.addProduct(x1, w)
      c2.addProduct(x2, w)
      w = Vector.load(weights.row3, k)
      a3.addProduct(x0, w)
      b3.addProduct(x1, w)
      c3.addProduct(x2, w)
      k &+= 8
    }
    if whole < inputs {
      let rest = inputs - whole
      let x0 = Vector.loadPartial(inputRows.row0 + k, count: rest)
      let x1 = Vector.loadPartial(inputRows.row1 + k, count: rest)
      let x2 = Vector.loadPartial(inputRows.row2 + k, count: rest)
      let w0 = Vector.loadPartial(weights.row0 + k, count: rest)
      let w1 = Vector.loadPartial(weights.row1 + k, count: rest)
      let w2 = Vector.loadPartial(weights.row2 + k, count: rest)
      let w3 = Vector.loadPartial(weights.row3 + k, count: rest)
      a0.addProduct(x0, w0)
      a1.addProduct(x0, w1)
      a2.addProduct(x0, w2)
      a3.addProduct(x0, w3)
      b0.addProduct(x1, w0)
      b1.addProduct(x1, w1)
      b2.addProduct(x1, w2)
      b3.addProduct(x1, w3)
      c0.addProduct(x2, w0)
      c1.addProduct(x2, w1)
      c2.addProduct(x2, w2)
      c3.addProduct(x2, w3)
    }
    sums0 = laneSums(a0, a1, a2, a3)
    sums1 = laneSums(b0, b1, b2, b3)
    sums2 = laneSums(c0, c1, c2, c3)
  }
}

/// The lane sums of four vectors, each the same tree as `Vector.laneSum`.
@inline(__always)
private func laneSums(_ a: Vector, _ b: Vector, _ c: Vector, _ d: Vector) -> SIMD4<Float> {
  let a4 = a.lowHalf + a.highHalf
  let b4 = b.lowHalf + b.highHalf
  let c4 = c.lowHalf + c.highHalf
  let d4 = d.lowHalf + d.highHalf
  let ab =
    SIMD4<Float>(lowHalf: a4.lowHalf, highHalf: b4.lowHalf)
    + SIMD4<Float>(lowHalf: a4.highHalf, highHalf: b4.highHalf)
  let cd =
    SIMD4<Float>(lowHalf: c4.lowHalf, highHalf: d4.lowHalf)
    + SIMD4<Float>(lowHalf: c4.highHalf, highHalf: d4.highHalf)
  return SIMD4<Float>(lowHalf: ab.evenHalf, highHalf: cd.evenHalf)
    + SIMD4<Float>(lowHalf: ab.oddHalf, highHalf: cd.oddHalf)
}
