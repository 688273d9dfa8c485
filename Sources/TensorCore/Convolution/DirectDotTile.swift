/// Eight dot products with the same weights, each with eight partial sums.
struct DirectDotTile {
  private let row0, row1, row2, row3, row4, row5, row6, row7: UnsafePointer<Float>
  private var sum0 = Vector.zero, sum1 = Vector.zero, sum2 = Vector.zero, sum3 = Vector.zero
  private var sum4 = Vector.zero, sum5 = Vector.zero, sum6 = Vector.zero, sum7 = Vector.zero

  /// Rows at the first `count` offsets, 1 to 8; those that don't exist repeat the last one.
  @inline(__always)
  init(_ base: UnsafePointer<Float>, offsets: UnsafePointer<Int32>, count: Int) {
    row0 = base + Int(offsets[0])
    row1 = base + Int(offsets[min(1, count - 1)])
    row2 = base + Int(offsets[min(2, count - 1)])
    row3 = base + Int(offsets[min(3, count - 1)])
    row4 = base + Int(offsets[min(4, count - 1)])
    row5 = base + Int(offsets[min(5, count - 1)])
    row6 = base + Int(offsets[min(6, count - 1)])
    row7 = base + Int(offsets[min(7, count - 1)])
  }

  /// Adds the products of a window: `rows` times `terms` weights, the next ones `stride` floats further, with as many
  /// factors of each row, the next ones `inputStride` floats further.
  ///
  /// - Precondition: `rows` and `terms` are at least 1.
  @inline(__always)
  mutating func accumulate(
    _ firstWeights: UnsafePointer<Float>, stride: Int, inputStride: Int, rows: Int, terms: Int
  ) {
    let whole = terms & ~7
    var weights = firstWeights
    var offset = 0
    var rowsLeft = rows
    repeat {
      var term = 0
      while term < whole {
        let weight = Vector.load(weights, term)
        let place = offset &+ term
        sum0.addProduct(.load(row0, place), weight)
        sum1.addProduct(.load(row1, place), weight)
        sum2.addProduct(.load(row2, place), weight)
        sum3.addProduct(.load(row3, place), weight)
        sum4.addProduct(.load(row4, place), weight)
        sum5.addProduct(.load(row5, place), weight)
        sum6.addProduct(.load(row6, place), weight)
        sum7.addProduct(.load(row7, place), weight)
        term &+= 8
      }
      if whole < terms { addRest(weights + whole, offset: offset &+ whole, count: terms &- whole) }
      weights += stride
      offset &+= inputStride
      rowsLeft &-= 1
    } while rowsLeft > 0
  }

  /// Adds the last products of a row, fewer than eight.
  @inline(__always)
  private mutating func addRest(_ weights: UnsafePointer<Float>, offset: Int, count: Int) {
    let weight = Vector.loadPartial(weights, count: count)
    sum0.addProduct(.loadPartial(row0 + offset, count: count), weight)
    sum1.addProduct(.loadPartial(row1 + offset, count: count), weight)
    sum2.addProduct(.loadPartial(row2 + offset, count: count), weight)
    sum3.addProduct(.loadPartial(row3 + offset, count: count), weight)
    sum4.addProduct(.loadPartial(row4 + offset, count: count), weight)
    sum5.addProduct(.loadPartial(row5 + offset, count: count), weight)
    sum6.addProduct(.loadPartial(row6 + offset, count: count), weight)
    sum7.addProduct(.loadPartial(row7 + offset, count: count), weight)
  }

  /// Stores the eight sums.
  @inline(__always)
  func storeSums(_ scratch: UnsafeMutablePointer<Float>) {
    storePair(sum0, sum1, scratch)
    storePair(sum2, sum3, scratch + 2)
    storePair(sum4, sum5, scratch + 4)
    storePair(sum6, sum7, scratch + 6)
  }
}

/// Stores the lane sums of two vectors, each the same tree as `Vector.laneSum`.
@inline(__always)
private func storePair(_ a: Vector, _ b: Vector, _ result: UnsafeMutablePointer<Float>) {
  let a4 = a.lowHalf + a.highHalf
  let b4 = b.lowHalf + b.highHalf
  let pair = SIMD4(a4[0], b4[0], a4[1], b4[1]) + SIMD4(a4[2], b4[2], a4[3], b4[3])
  UnsafeMutableRawPointer(result).storeBytes(of: pair.lowHalf + pair.highHalf, as: SIMD2<Float>.self)
}
