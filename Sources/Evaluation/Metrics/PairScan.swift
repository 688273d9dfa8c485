import TensorCore

/// A pass over all pairs of a left and a right row that finds those within a given distance.
///
/// It multiplies blocks of rows in single precision, which is what makes 10^8 pairs a matter of tenths of a second, and
/// takes |x - y|² <= T to be possible wherever |x|² + |y|² - 2 x·y is below T by more than the product's rounding error
/// can be. Those few pairs are handed to the caller, who looks at them in double precision. So nothing that is computed
/// from the pairs has an error of single precision in it, whatever the features' scale and offset are, or depends on
/// the order in which blocks are taken.
struct PairScan<Right: RowSource>: Sendable {
  /// A pair that may be close enough.
  struct Candidate {
    let row: Int
    let column: Int
    /// x·y in single precision.
    let product: Float
    let left: UnsafePointer<Float>
    let right: UnsafePointer<Float>
  }

  let left: FeatureMatrix
  let right: Right
  /// |x|² of each row.
  let leftLengths: AlignedBuffer<Double>
  let rightLengths: AlignedBuffer<Double>
  /// Whether the pass is over the pairs within one set: each once, with the row before the column.
  let isWithinOneSet: Bool
  /// Four panels of the product's tile.
  private static var blockColumns: Int { 96 }
  private let blocks: [(rows: Range<Int>, columns: Range<Int>)]

  init(_ left: FeatureMatrix, _ right: Right, isWithinOneSet: Bool = false, team: ThreadTeam) {
    precondition(left.dimension == right.dimension)
    self.left = left
    self.right = right
    self.isWithinOneSet = isWithinOneSet
    leftLengths = squaredLengths(left, team: team)
    rightLengths = isWithinOneSet ? leftLengths : squaredLengths(right, team: team)
    // Left rows and products of a block stay in the second-level cache.
    let blockColumns = Self.blockColumns
    let blockRows = max(24, min(256, 32_768 / left.dimension))
    blocks = stride(from: 0, to: left.count, by: blockRows).flatMap { row in
      stride(from: isWithinOneSet ? row / blockColumns * blockColumns : 0, to: right.count, by: blockColumns)
        .map { column in
          (row..<min(left.count, row + blockRows), column..<min(right.count, column + blockColumns))
        }
    }
  }

  /// What to put into the bounds of a row (or column) with this |x|² so that pairs within `reach`, a squared distance,
  /// are found: a pair is a candidate if
  /// x·y >= rowBound + columnBound(reach: 0)  or  x·y >= rowBound(reach: 0) + columnBound.
  ///
  /// A product of d terms is off by at most d 2^-24 (|x|² + |y|²) / 2, and the bounds round too; twice that covers both.
  func bound(squaredLength: Double, reach: Double) -> Float {
    let slack = Double(left.dimension + 8) * 0x1p-23
    return Float(
      (squaredLength * (1 - slack) - reach * (1 + slack)) / 2 - Double(left.dimension) * 0x1p-126)
  }

  /// The largest error of |x|² + |y|² - 2 product.
  func error(row: Int, column: Int) -> Double {
    Double(left.dimension + 8) * 0x1p-23 * (leftLengths.pointer[row] + rightLengths.pointer[column])
      + Double(left.dimension) * 0x1p-125
  }

  /// Visits the candidates of one thread's share of the pairs.
  ///
  /// - Parameters:
  ///   - rowBounds, columnBounds: what `bound` gives for each, infinite where there is none; `visit` may raise them.
  func visitCandidates(
    member: Int, of members: Int, rowBounds: UnsafePointer<Float>, columnBounds: UnsafePointer<Float>,
    _ visit: (Candidate) -> Void
  ) {
    let share = blocks.count * member / members..<blocks.count * (member + 1) / members
    if share.isEmpty { return }
    let rowHalves = halves(leftLengths)
    let columnHalves = halves(rightLengths)
    let products = AlignedBuffer<Float>(count: blocks[0].rows.count * Self.blockColumns)
    let scratch = AlignedBuffer<Float>(count: Self.blockColumns * left.dimension)
    for (rows, columns) in blocks[share] {
      let rightRows = right.load(columns, scratch: scratch.pointer)
      denseForward(
        input: left.row(rows.lowerBound), weight: rightRows, bias: nil, output: products.pointer,
        rows: rows.count,
        inputs: left.dimension, outputs: columns.count, team: singleThread)
      for row in rows {
        let firstColumn = isWithinOneSet ? max(columns.lowerBound, row + 1) : columns.lowerBound
        if firstColumn >= columns.upperBound { continue }
        let rowProducts = products.pointer + (row - rows.lowerBound) * columns.count - columns.lowerBound
        let rowHalf = rowHalves.pointer[row]
        forEachColumn(
          firstColumn..<columns.upperBound, rowProducts, rowBound: rowBounds + row, rowHalf: rowHalf,
          columnBounds,
          columnHalves.pointer
        ) { column in
          visit(
            Candidate(
              row: row, column: column, product: rowProducts[column], left: left.row(row),
              right: rightRows + (column - columns.lowerBound) * left.dimension))
        }
      }
    }
  }

  private func halves(_ lengths: AlignedBuffer<Double>) -> AlignedBuffer<Float> {
    let halves = AlignedBuffer<Float>(count: lengths.count)
    for index in 0..<lengths.count {
      halves.pointer[index] = bound(squaredLength: lengths.pointer[index], reach: 0)
    }
    return halves
  }
}

/// A team of the calling thread alone, for products inside another team's run.
let singleThread = ThreadTeam(count: 1)

/// Calls `body` with the columns whose pair with a row is a candidate, sixteen at a time as long as none is. `body` may
/// raise bounds.
@inline(__always)
private func forEachColumn(
  _ columns: Range<Int>, _ products: UnsafePointer<Float>, rowBound: UnsafePointer<Float>, rowHalf: Float,
  _ columnBounds: UnsafePointer<Float>, _ columnHalves: UnsafePointer<Float>, _ body: (Int) -> Void
) {
  var first = columns.lowerBound
  while first < columns.upperBound {
    let end = min(first &+ 16, columns.upperBound)
    if end &- first < 16
      || hasCandidate(
        products + first, rowBound: rowBound.pointee, rowHalf: rowHalf, columnBounds + first,
        columnHalves + first)
    {
      for column in first..<end {
        let product = products[column]
        if product >= rowBound.pointee + columnHalves[column] || product >= rowHalf + columnBounds[column] {
          body(column)
        }
      }
    }
    first = end
  }
}

/// Whether any of sixteen pairs of a row is a candidate.
@inline(__always)
private func hasCandidate(
  _ products: UnsafePointer<Float>, rowBound: Float, rowHalf: Float, _ columnBounds: UnsafePointer<Float>,
  _ columnHalves: UnsafePointer<Float>
) -> Bool {
  let first = Vector.load(products)
  let second = Vector.load(products, 8)
  let found =
    (first .>= Vector.load(columnHalves) + rowBound) .| (first .>= Vector.load(columnBounds) + rowHalf)
    .| (second .>= Vector.load(columnHalves, 8) + rowBound)
    .| (second .>= Vector.load(columnBounds, 8) + rowHalf)
  let words = unsafeBitCast(found, to: SIMD4<UInt64>.self)
  return words.x | words.y | words.z | words.w != 0
}

private func squaredLengths(_ rows: some RowSource, team: ThreadTeam) -> AlignedBuffer<Double> {
  let lengths = AlignedBuffer<Double>(count: rows.count)
  team.forEachRange(rows.count, granule: 64) { range in
    let scratch = AlignedBuffer<Float>(count: 64 * rows.dimension)
    for first in stride(from: range.lowerBound, to: range.upperBound, by: 64) {
      let part = first..<min(range.upperBound, first + 64)
      let values = rows.load(part, scratch: scratch.pointer)
      for row in part {
        lengths.pointer[row] = squaredLength(values + (row - first) * rows.dimension, count: rows.dimension)
      }
    }
  }
  return lengths
}
