import CVector

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
  let panelCount = (outputs + 4) * ProductTile24.columns
  team.forEachRange(rows, granule: 4) { range in
    withUnsafeTemporaryAllocation(byteCount: panelCount * 4, alignment: 64) { raw in
      let scratch = raw.baseAddress!.bindMemory(to: Float.self, capacity: panelCount)
      let panel = scratch + 4 * ProductTile24.columns
      forEachColumnBlock(inputs) { first, width, tileWidth in
        var right = weight + first
        var rightStride = inputs
        if packs || width < tileWidth {
          copyColumns(
            right, rows: outputs, stride: inputs, count: inputs * outputs - first, width: tileWidth, to: panel
          )
          right = UnsafePointer(panel)
          rightStride = tileWidth
        }
        let block = ColumnBlock(
          left: outputGradient + range.lowerBound * outputs, right: right, rightStride: rightStride,
          rows: range.count, terms: outputs, columns: width, tileWidth: tileWidth, scratch: scratch)
        block.write(to: inputGradient + range.lowerBound * inputs + first, rowStride: inputs)
      }
    }
  }
}

/// Copies `width` (8, 16 or 24) neighbouring floats of each row next to each other. Beyond the end of a row these are
/// the next one's, beyond the end of all, `count` floats from `source` on, zeros.
private func copyColumns(
  _ source: UnsafePointer<Float>, rows: Int, stride: Int, count: Int, width: Int,
  to panel: UnsafeMutablePointer<Float>
) {
  let whole = count < width ? 0 : min(rows, (count - width) / stride + 1)
  switch width {
  case 24:
    copyRows(source, whole, stride, panel, width) { from, to in
      Vector.load(from).store(to)
      Vector.load(from, 8).store(to, 8)
      Vector.load(from, 16).store(to, 16)
    }
  case 16:
    copyRows(source, whole, stride, panel, width) { from, to in
      Vector.load(from).store(to)
      Vector.load(from, 8).store(to, 8)
    }
  default:
    copyRows(source, whole, stride, panel, width) { from, to in Vector.load(from).store(to) }
  }
  for row in whole..<rows {
    for column in 0..<width {
      let place = row * stride + column
      panel[row * width + column] = place < count ? source[place] : 0
    }
  }
}

@inline(__always)
private func copyRows(
  _ source: UnsafePointer<Float>, _ rows: Int, _ stride: Int, _ panel: UnsafeMutablePointer<Float>,
  _ width: Int,
  copy: (UnsafePointer<Float>, UnsafeMutablePointer<Float>) -> Void
) {
  var from = source
  var to = panel
  for _ in 0..<rows {
    copy(from, to)
    from += stride
    to += width
  }
}

// MARK: - Forward, two ways

/// Long rows: eight partial sums an element (term k goes to sum k mod 8), added as a tree at the end.
private func dotProductForward(
  input: UnsafePointer<Float>, weight: UnsafePointer<Float>, bias: UnsafePointer<Float>?,
  output: UnsafeMutablePointer<Float>, rows: Int, inputs: Int, outputs: Int, negativeSlope: Float,
  range: Range<Int>
) {
  let hasRests = inputs % 8 > 0
  let restCount = 8 * (DotProductTile.columns + (hasRests ? rows : 0))
  withUnsafeTemporaryAllocation(byteCount: restCount * 4, alignment: 64) { raw in
    let weightRests = raw.baseAddress!.bindMemory(to: Float.self, capacity: restCount)
    let inputRests = weightRests + 8 * DotProductTile.columns
    if hasRests {
      for row in 0..<rows {
        DotProductTile.copyRest(ofRow: input + row * inputs, inputs: inputs, to: inputRests + 8 * row)
      }
    }
    let tileCount = max(1, (rows + DotProductTile.rows - 1) / DotProductTile.rows)
    for first in stride(from: range.lowerBound, to: range.upperBound, by: DotProductTile.columns) {
      let columns = min(DotProductTile.columns, range.upperBound - first)
      let tile = DotProductTile(
        weights: weight + first * inputs, bias: bias.map { $0 + first }, negativeSlope: negativeSlope,
        inputs: inputs, columns: columns, rests: weightRests)
      // The next rows of the weight are fetched a few lines a tile, since they come from afar.
      var next = UnsafeRawPointer(weight + (first + columns) * inputs)
      let lines = (columns * inputs / 16 + tileCount - 1) / tileCount
      for row in stride(from: 0, to: rows, by: DotProductTile.rows) {
        for _ in 0..<lines {
          prefetch_line(next)
          next += 64
        }
        tile.write(
          input + row * inputs, inputRests: hasRests ? inputRests + 8 * row : inputRests,
          rows: min(DotProductTile.rows, rows - row), to: output + row * outputs + first, stride: outputs)
      }
    }
  }
}

/// Short rows: 24 rows of the weight are transposed into a panel in L1, then every tile streams over it.
private func panelForward(
  input: UnsafePointer<Float>, weight: UnsafePointer<Float>, bias: UnsafePointer<Float>?,
  output: UnsafeMutablePointer<Float>, rows: Int, inputs: Int, outputs: Int, negativeSlope: Float,
  range: Range<Int>
) {
  let panelCount = (inputs + 5) * ProductTile24.columns
  withUnsafeTemporaryAllocation(byteCount: panelCount * 4, alignment: 64) { raw in
    let scratch = raw.baseAddress!.bindMemory(to: Float.self, capacity: panelCount)
    let offsets = scratch + 4 * ProductTile24.columns
    let panel = offsets + ProductTile24.columns
    forEachColumnBlock(range.count) { offset, width, tileWidth in
      let first = range.lowerBound + offset
      transposePanel(weight + first * inputs, rows: width, columns: inputs, into: panel, width: tileWidth)
      if let bias {
        for column in 0..<tileWidth { offsets[column] = column < width ? bias[first + column] : 0 }
      }
      let block = ColumnBlock(
        left: input, right: panel, rightStride: tileWidth, rows: rows, terms: inputs, columns: width,
        tileWidth: tileWidth, bias: bias == nil ? nil : UnsafePointer(offsets), negativeSlope: negativeSlope,
        scratch: scratch)
      block.write(to: output + first, rowStride: outputs)
    }
  }
}

// MARK: - Tiles over a matrix

/// Cuts columns into blocks of 24 with 16 or 8 at the end, the last of which may have fewer columns than its tile.
@inline(__always)
private func forEachColumnBlock(
  _ columns: Int, _ body: (_ first: Int, _ width: Int, _ tileWidth: Int) -> Void
) {
  var first = 0
  while first < columns {
    let left = columns - first
    // 25 to 32 left go as two blocks of 16: a lone block of 8 has too few sums to keep the units busy.
    let tileWidth = left > 32 || 17...24 ~= left ? 24 : left > 8 ? 16 : 8
    body(first, min(left, tileWidth), tileWidth)
    first += tileWidth
  }
}

/// A block of columns of a product.
private struct ColumnBlock {
  /// (rows, terms).
  var left: UnsafePointer<Float>
  /// (terms, tileWidth), rows `rightStride` apart.
  var right: UnsafePointer<Float>
  var rightStride: Int
  var rows: Int
  var terms: Int
  /// Columns that exist, at most `tileWidth`.
  var columns: Int
  var tileWidth: Int
  /// Of each column of the tile.
  var bias: UnsafePointer<Float>?
  var negativeSlope: Float = 1
  /// Room for a tile, used where there are fewer columns than it has.
  var scratch: UnsafeMutablePointer<Float>

  func write(to output: UnsafeMutablePointer<Float>, rowStride: Int) {
    switch tileWidth {
    case 24: write(ProductTile24.self, to: output, rowStride: rowStride)
    case 16: write(ProductTile16.self, to: output, rowStride: rowStride)
    default: write(ProductTile8.self, to: output, rowStride: rowStride)
    }
  }

  // A function of its own, so that the compiler keeps the tile in registers.
  @inline(never)
  private func write<Tile: ProductTile>(
    _: Tile.Type, to output: UnsafeMutablePointer<Float>, rowStride: Int
  ) {
    var row = 0
    while row < rows {
      let operands = TileOperands(
        left: left + row &* terms, leftRowStride: terms, leftTermStride: 1, right: right,
        rightTermStride: rightStride, rows: min(4, rows &- row))
      var tile = Tile()
      tile.accumulate(operands, terms: terms)
      tile.finish(bias: bias, negativeSlope: negativeSlope)
      let result = output + row &* rowStride
      if columns == Tile.columns {
        tile.write(to: result, rowStride: rowStride, rows: operands.rows)
      } else {
        tile.write(to: scratch, rowStride: Tile.columns, rows: operands.rows)
        for i in 0..<operands.rows {
          (result + i &* rowStride).update(from: scratch + i &* Tile.columns, count: columns)
        }
      }
      row &+= 4
    }
  }
}
