// What a convolution needs of a tile beyond the factors of a matrix: factors and results at places from a table.

/// Where a term's factors lie, in floats: from the beginning of each of the tile's rows, and from that of the columns.
struct TermOffsets {
  var left: Int32
  var right: Int32
}

extension ProductTile6x16 {
  /// tile[i, j] += left_i[terms[r].left] * right[terms[r].right + j] for r below `count`.
  @inline(__always)
  mutating func accumulate(
    _ left: TileRows, right: UnsafePointer<Float>, terms: UnsafePointer<TermOffsets>, count: Int
  ) {
    var term = terms
    let end = terms + count
    while term < end {
      let offset = Int(term.pointee.left)
      let columns = right + Int(term.pointee.right)
      let column0 = Vector.load(columns)
      let column1 = Vector.load(columns, 8)
      var row = Vector(repeating: left.a[offset])
      a0.addProduct(row, column0)
      a1.addProduct(row, column1)
      row = Vector(repeating: left.b[offset])
      b0.addProduct(row, column0)
      b1.addProduct(row, column1)
      row = Vector(repeating: left.c[offset])
      c0.addProduct(row, column0)
      c1.addProduct(row, column1)
      row = Vector(repeating: left.d[offset])
      d0.addProduct(row, column0)
      d1.addProduct(row, column1)
      row = Vector(repeating: left.e[offset])
      e0.addProduct(row, column0)
      e1.addProduct(row, column1)
      row = Vector(repeating: left.f[offset])
      f0.addProduct(row, column0)
      f1.addProduct(row, column1)
      term += 1
    }
  }

  /// Adds the outer products of a window: `rows` times `terms` neighbouring floats of each row of the tile, the next ones
  /// `leftStride` floats further, with as many rows of a panel, the next ones `rightStride` floats further.
  ///
  /// - Precondition: `rows` and `terms` are at least 1. Loops that may not run at all make the compiler keep copies of the
  ///   tile in memory.
  @inline(__always)
  mutating func accumulate(
    window firstLeft: TileRows, leftStride: Int, right firstRight: UnsafePointer<Float>, rightStride: Int,
    rows: Int,
    terms: Int
  ) {
    var left = firstLeft
    var rowRight = firstRight
    var rowsLeft = rows
    repeat {
      var right = rowRight
      var term = 0
      repeat {
        let column0 = Vector.load(right)
        let column1 = Vector.load(right, 8)
        var row = Vector(repeating: left.a[term])
        a0.addProduct(row, column0)
        a1.addProduct(row, column1)
        row = Vector(repeating: left.b[term])
        b0.addProduct(row, column0)
        b1.addProduct(row, column1)
        row = Vector(repeating: left.c[term])
        c0.addProduct(row, column0)
        c1.addProduct(row, column1)
        row = Vector(repeating: left.d[term])
        d0.addProduct(row, column0)
        d1.addProduct(row, column1)
        row = Vector(repeating: left.e[term])
        e0.addProduct(row, column0)
        e1.addProduct(row, column1)
        row = Vector(repeating: left.f[term])
        f0.addProduct(row, column0)
        f1.addProduct(row, column1)
        right += 16
        term &+= 1
      } while term < terms
      left.advance(by: leftStride)
      rowRight += rightStride
      rowsLeft &-= 1
    } while rowsLeft > 0
  }

  /// Stores the first `rows` rows, 1 to 6, each at its own offset.
  @inline(__always)
  func write(to output: UnsafeMutablePointer<Float>, offsets: UnsafePointer<Int32>, rows: Int) {
    let first = output + Int(offsets[0])
    a0.store(first)
    a1.store(first, 8)
    if rows > 1 {
      let row = output + Int(offsets[1])
      b0.store(row)
      b1.store(row, 8)
    }
    if rows > 2 {
      let row = output + Int(offsets[2])
      c0.store(row)
      c1.store(row, 8)
    }
    if rows > 3 {
      let row = output + Int(offsets[3])
      d0.store(row)
      d1.store(row, 8)
    }
    if rows > 4 {
      let row = output + Int(offsets[4])
      e0.store(row)
      e1.store(row, 8)
    }
    if rows > 5 {
      let row = output + Int(offsets[5])
      f0.store(row)
      f1.store(row, 8)
    }
  }
}
