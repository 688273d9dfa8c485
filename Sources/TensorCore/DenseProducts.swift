// Two of the three matrix products of a dense layer, on row-major matrices; DenseWeightGradient.swift has the third.
// Shape legend:
//   input (rows, inputs), weight (outputs, inputs), output (rows, outputs); gradients have the shape of their value.
// Where a tile would read columns that are far apart in memory, they are copied next to each other first, a few at a
// time so that the copy stays in L1. That moves numbers and changes none.

/// Rows at least this long are multiplied as dot products with eight partial sums; shorter ones term by term.
/// Which of the two is fixed by the layer's shape alone, so that the bits are too.
package let dotProductLength = 256

/// output = f(input * weight^T + bias), f(x) = x for x > 0, otherwise `negativeSlope` * x.
///
/// - Parameter negativeSlope: 1 leaves the sum as it is, 0 is ReLU.
public func denseForward(
  input: UnsafePointer<Float>, weight: UnsafePointer<Float>, bias: UnsafePointer<Float>?,
  output: UnsafeMutablePointer<Float>, rows: Int, inputs: Int, outputs: Int, negativeSlope: Float = 1,
  team: ThreadTeam
) {
  if inputs >= dotProductLength {
    team.forEachRange(outputs, granule: 4) { range in
      dotProductForward(
        input: input, weight: weight, bias: bias, output: output, rows: rows, inputs: inputs,
        outputs: outputs, negativeSlope: negativeSlope, range: range)
    }
  } else {
    team.forEachRange(outputs, granule: ProductTile24.columns) { range in
      panelForward(
        input: input, weight: weight, bias: bias, output: output, rows: rows, inputs: inputs,
        outputs: outputs, negativeSlope: negativeSlope, range: range)
    }
  }
}

/// inputGradient = outputGradient * weight.
public func denseInputGradient(
  outputGradient: UnsafePointer<Float>, weight: UnsafePointer<Float>,
  inputGradient: UnsafeMutablePointer<Float>, rows: Int, inputs: Int, outputs: Int, team: ThreadTeam
) {
  // Columns of a large weight are far apart in memory; copying them together pays once there are tiles enough to use
  // the copy. The arithmetic is the same either way.
  let packs = rows >= 64 && inputs * outputs >= 1 << 15
  team.forEachRange(rows, granule: 4) { range in
    withUnsafeTemporaryAllocation(byteCount: packs ? outputs * 24 * 4 : 4, alignment: 64) { raw in
      let panel = raw.baseAddress!.bindMemory(to: Float.self, capacity: raw.count / 4)
      forEachColumnBlock(inputs) { first, width in
        var right = weight + first
        var rightStride = inputs
        if packs && width >= 8 {
          copyColumns(right, rows: outputs, stride: inputs, width: width, to: panel)
          right = UnsafePointer(panel)
          rightStride = width
        }
        for row in stride(from: range.lowerBound, to: range.upperBound, by: 4) {
          let operands = TileOperands(
            left: outputGradient + row * outputs, leftRowStride: outputs, leftTermStride: 1, right: right,
            rightTermStride: rightStride, rows: min(4, range.upperBound - row))
          let result = inputGradient + row * inputs + first
          switch width {
          case 24: writeProduct(ProductTile24(), operands, terms: outputs, to: result, rowStride: inputs)
          case 16: writeProduct(ProductTile16(), operands, terms: outputs, to: result, rowStride: inputs)
          default:
            writeProduct(ProductTile8(width: width), operands, terms: outputs, to: result, rowStride: inputs)
          }
        }
      }
    }
  }
}

/// Copies `width` (8, 16 or 24) columns next to each other.
private func copyColumns(
  _ source: UnsafePointer<Float>, rows: Int, stride: Int, width: Int, to panel: UnsafeMutablePointer<Float>
) {
  for row in 0..<rows {
    var column = 0
    while column < width {
      Vector.load(source + row * stride, column).store(panel + row * width, column)
      column &+= 8
    }
  }
}

// MARK: - Forward, two ways

/// Long rows: eight partial sums an element (term k goes to sum k mod 8), added as a tree at the end.
private func dotProductForward(
  input: UnsafePointer<Float>, weight: UnsafePointer<Float>, bias: UnsafePointer<Float>?,
  output: UnsafeMutablePointer<Float>, rows: Int, inputs: Int, outputs: Int, negativeSlope: Float,
  range: Range<Int>
) {
  for first in stride(from: range.lowerBound, to: range.upperBound, by: 4) {
    let columns = min(4, range.upperBound - first)
    let weights = DotProductTile.Rows(weight + first * inputs, stride: inputs, count: columns)
    var offset = SIMD4<Float>.zero
    if let bias { for column in 0..<columns { offset[column] = bias[first + column] } }
    var row = 0
    while row < rows {
      let count = min(3, rows - row)
      let tile = DotProductTile(input + row * inputs, weights, inputs: inputs, rows: count)
      for i in 0..<count {
        var sums = (i == 0 ? tile.sums0 : i == 1 ? tile.sums1 : tile.sums2) + offset
        if negativeSlope != 1 {
          sums.replace(with: sums * negativeSlope + SIMD4<Float>.zero, where: sums .< 0)
        }
        let result = output + (row + i) * outputs + first
        if columns == 4 {
          UnsafeMutableRawPointer(result).storeBytes(of: sums, as: SIMD4<Float>.self)
        } else {
          for column in 0..<columns { result[column] = sums[column] }
        }
      }
      row += 3
    }
  }
}

/// Short rows: 24 rows of the weight are transposed into a panel in L1, then every tile streams over it.
private func panelForward(
  input: UnsafePointer<Float>, weight: UnsafePointer<Float>, bias: UnsafePointer<Float>?,
  output: UnsafeMutablePointer<Float>, rows: Int, inputs: Int, outputs: Int, negativeSlope: Float,
  range: Range<Int>
) {
  let panelCount = inputs * ProductTile24.columns
  withUnsafeTemporaryAllocation(byteCount: panelCount * 4, alignment: 64) { raw in
    let panel = raw.baseAddress!.bindMemory(to: Float.self, capacity: panelCount)
    forEachColumnBlock(range.count) { offset, width in
      let first = range.lowerBound + offset
      let panelWidth = (width + 7) / 8 * 8
      transposePanel(weight + first * inputs, rows: width, columns: inputs, into: panel, width: panelWidth)
      for row in stride(from: 0, to: rows, by: 4) {
        let operands = TileOperands(
          left: input + row * inputs, leftRowStride: inputs, leftTermStride: 1, right: panel,
          rightTermStride: panelWidth, rows: min(4, rows - row))
        let result = output + row * outputs + first
        let offsets = bias.map { $0 + first }
        switch width {
        case 24:
          writeProduct(
            ProductTile24(), operands, terms: inputs, to: result, rowStride: outputs, bias: offsets,
            negativeSlope: negativeSlope)
        case 16:
          writeProduct(
            ProductTile16(), operands, terms: inputs, to: result, rowStride: outputs, bias: offsets,
            negativeSlope: negativeSlope)
        default:
          writeProduct(
            ProductTile8(width: width), operands, terms: inputs, to: result, rowStride: outputs,
            bias: offsets, negativeSlope: negativeSlope)
        }
      }
    }
  }
}

// MARK: - Tiles over a matrix

/// Cuts columns into blocks of 24, with 16, 8 or the last few at the end.
@inline(__always)
private func forEachColumnBlock(_ columns: Int, _ body: (_ first: Int, _ width: Int) -> Void) {
  var first = 0
  while first < columns {
    let left = columns - first
    // 32 left go as two blocks of 16: a lone block of 8 has too few sums to keep the units busy.
    let width = left >= 24 && left != 32 ? 24 : left >= 16 ? 16 : min(left, 8)
    body(first, width)
    first += width
  }
}

@inline(__always)
private func writeProduct<Tile: ProductTile>(
  _ empty: Tile, _ operands: TileOperands, terms: Int, to output: UnsafeMutablePointer<Float>, rowStride: Int,
  bias: UnsafePointer<Float>? = nil, negativeSlope: Float = 1
) {
  var tile = empty
  tile.accumulate(operands, terms: terms)
  tile.finish(bias: bias, negativeSlope: negativeSlope)
  tile.write(to: output, rowStride: rowStride, rows: operands.rows)
}
