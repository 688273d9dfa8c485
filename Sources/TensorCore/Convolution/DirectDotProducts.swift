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
    withUnsafeTemporaryAllocation(byteCount: 32, alignment: 32) { raw in
      let scratch = raw.baseAddress!.bindMemory(to: Float.self, capacity: 8)
      for first in stride(from: rows.lowerBound, to: rows.upperBound, by: DirectPlan.groupSize) {
        let images = min(DirectPlan.groupSize, rows.upperBound - first)
        for pixels in plan.classes.elements {
          runGroup(
            input + first * plan.input.count, pixels, count: pixels.pixelCount * images,
            negativeSlope: negativeSlope, output: output + first * plan.output.count, scratch: scratch)
        }
      }
    }
  }

  // In a function of its own the optimiser inlines all of the tile; in a larger one it leaves calls among the vectors.
  @inline(never)
  private func runGroup(
    _ input: UnsafePointer<Float>, _ pixels: DirectPlan.PixelClass, count: Int, negativeSlope: Float,
    output: UnsafeMutablePointer<Float>, scratch: UnsafeMutablePointer<Float>
  ) {
    let inputOffsets = UnsafePointer(plan.inputOffsets.pointer + pixels.firstPixel)
    let outputOffsets = UnsafePointer(plan.outputOffsets.pointer + pixels.firstPixel)
    let weights = UnsafePointer(panels.weights.pointer) + pixels.panelOffset
    let inputStride = plan.input.width * plan.input.channels
    let bias = Vector(repeating: panels.biases.pointer[0])
    var pixel = 0
    while pixel < count {
      let width = min(8, count - pixel)
      var tile = DirectDotTile(input, offsets: inputOffsets + pixel, count: width)
      if pixels.rows > 0 {
        tile.accumulate(
          weights, stride: pixels.panelStride, inputStride: inputStride, rows: pixels.rows,
          terms: pixels.terms)
      }
      tile.storeSums(scratch)
      (Vector.load(scratch) + bias).scaledWhereNegative(by: negativeSlope).store(scratch)
      let places = outputOffsets + pixel
      var index = 0
      while index < width {
        output[Int(places[index])] = scratch[index]
        index &+= 1
      }
      pixel &+= 8
    }
  }
}
