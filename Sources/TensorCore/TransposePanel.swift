/// Writes the transpose of the first `rows` rows of `matrix` (`columns` wide, contiguous) into `panel`, whose rows are
/// `width` long: panel[c, r] = matrix[r, c], zero for r from `rows` to `width`.
///
/// - Precondition: `width` is a multiple of 8 that holds `rows`.
func transposePanel(
  _ matrix: UnsafePointer<Float>, rows: Int, columns: Int, into panel: UnsafeMutablePointer<Float>, width: Int
) {
  precondition(width % 8 == 0 && rows <= width)
  for first in stride(from: 0, to: width, by: 8) {
    let source = matrix + first * columns
    let count = min(8, rows - first)
    var column = 0
    if count == 8 {
      while column &+ 8 <= columns {
        transposeBlock(
          source + column, rowStride: columns, panel + column * width + first, resultStride: width)
        column &+= 8
      }
    }
    while column < columns {
      let result = panel + column * width + first
      for row in 0..<8 { result[row] = row < count ? source[row * columns + column] : 0 }
      column &+= 1
    }
  }
}

/// Transposes 8 by 8 floats with three rounds of interleaving.
@inline(__always)
func transposeBlock(
  _ source: UnsafePointer<Float>, rowStride: Int, _ result: UnsafeMutablePointer<Float>, resultStride: Int
) {
  let row0 = Vector.load(source)
  let row1 = Vector.load(source, rowStride)
  let row2 = Vector.load(source, 2 * rowStride)
  let row3 = Vector.load(source, 3 * rowStride)
  let row4 = Vector.load(source, 4 * rowStride)
  let row5 = Vector.load(source, 5 * rowStride)
  let row6 = Vector.load(source, 6 * rowStride)
  let row7 = Vector.load(source, 7 * rowStride)
  let low0 = interleave(row0.lowHalf, row4.lowHalf)
  let low1 = interleave(row1.lowHalf, row5.lowHalf)
  let low2 = interleave(row2.lowHalf, row6.lowHalf)
  let low3 = interleave(row3.lowHalf, row7.lowHalf)
  let high0 = interleave(row0.highHalf, row4.highHalf)
  let high1 = interleave(row1.highHalf, row5.highHalf)
  let high2 = interleave(row2.highHalf, row6.highHalf)
  let high3 = interleave(row3.highHalf, row7.highHalf)
  storeColumns(low0, low1, low2, low3, result, resultStride)
  storeColumns(high0, high1, high2, high3, result + 4 * resultStride, resultStride)
}

/// (a0 b0 a1 b1 a2 b2 a3 b3)
@inline(__always)
private func interleave(_ a: SIMD4<Float>, _ b: SIMD4<Float>) -> Vector {
  Vector(a[0], b[0], a[1], b[1], a[2], b[2], a[3], b[3])
}

/// Finishes four columns from rows paired as (0,4) (1,5) (2,6) (3,7).
@inline(__always)
private func storeColumns(
  _ pair04: Vector, _ pair15: Vector, _ pair26: Vector, _ pair37: Vector,
  _ result: UnsafeMutablePointer<Float>, _ stride: Int
) {
  let even0 = interleave(pair04.lowHalf, pair26.lowHalf)
  let odd0 = interleave(pair15.lowHalf, pair37.lowHalf)
  let even1 = interleave(pair04.highHalf, pair26.highHalf)
  let odd1 = interleave(pair15.highHalf, pair37.highHalf)
  interleave(even0.lowHalf, odd0.lowHalf).store(result)
  interleave(even0.highHalf, odd0.highHalf).store(result, stride)
  interleave(even1.lowHalf, odd1.lowHalf).store(result, 2 * stride)
  interleave(even1.highHalf, odd1.highHalf).store(result, 3 * stride)
}
