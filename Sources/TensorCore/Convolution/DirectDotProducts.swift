/// Computes rows of a plan's product for a single output channel, as dot products of eight pixels at a time.
///
/// A product tile would leave 15 of its 16 columns idle. An element has eight partial sums here: in each row of its
/// window, term k goes to sum k mod 8; their tree is that of `Vector.laneSum`.
struct DirectDotProducts {
  let plan: DirectPlan
  let panels: DirectPanels

  /// output = finish(product + bias) for the images of `rows`.
  func run(
    _ input: UnsafePointer<Float>, negativeSlope: Float, output: UnsafeMutablePointer<Float>, rows: Range<Int>
  ) {
    let inputStride = plan.input.width * plan.input.channels
    let bias = Vector(repeating: panels.biases.pointer[0])
    for first in stride(from: rows.lowerBound, to: rows.upperBound, by: DirectPlan.groupSize) {
      let images = min(DirectPlan.groupSize, rows.upperBound - first)
      let groupInput = input + first * plan.input.count
      let groupOutput = output + first * plan.output.count
      for pixels in plan.classes.elements {
        let inputOffsets = UnsafePointer(plan.inputOffsets.pointer + pixels.firstPixel)
        let outputOffsets = UnsafePointer(plan.outputOffsets.pointer + pixels.firstPixel)
        let count = pixels.pixelCount * images
        var pixel = 0
        while pixel < count {
          let width = min(8, count - pixel)
          var tile = DirectDotTile(groupInput, offsets: inputOffsets + pixel, count: width)
          var weights = UnsafePointer(panels.weights.pointer) + pixels.panelOffset
          var row = 0
          while row < pixels.rows {
            tile.accumulate(weights, terms: pixels.terms, offset: row &* inputStride)
            weights += pixels.panelStride
            row &+= 1
          }
          let sums = (tile.sums + bias).scaledWhereNegative(by: negativeSlope)
          var index = 0
          while index < width {
            groupOutput[Int(outputOffsets[pixel &+ index])] = sums[index]
            index &+= 1
          }
          pixel &+= 8
        }
      }
    }
  }
}

/// Eight dot products with the same weights, each with eight partial sums.
private struct DirectDotTile {
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

  /// Adds the products of `terms` weights with as many factors of each row, from `offset` on.
  @inline(__always)
  mutating func accumulate(_ weights: UnsafePointer<Float>, terms: Int, offset: Int) {
    let whole = terms & ~7
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
    if whole < terms {
      let rest = terms - whole
      let place = offset &+ whole
      let weight = Vector.loadPartial(weights + whole, count: rest)
      sum0.addProduct(.loadPartial(row0 + place, count: rest), weight)
      sum1.addProduct(.loadPartial(row1 + place, count: rest), weight)
      sum2.addProduct(.loadPartial(row2 + place, count: rest), weight)
      sum3.addProduct(.loadPartial(row3 + place, count: rest), weight)
      sum4.addProduct(.loadPartial(row4 + place, count: rest), weight)
      sum5.addProduct(.loadPartial(row5 + place, count: rest), weight)
      sum6.addProduct(.loadPartial(row6 + place, count: rest), weight)
      sum7.addProduct(.loadPartial(row7 + place, count: rest), weight)
    }
  }

  /// A lane a row.
  @inline(__always)
  var sums: Vector {
    Vector(
      lowHalf: laneSums(sum0, sum1, sum2, sum3), highHalf: laneSums(sum4, sum5, sum6, sum7))
  }
}
