/// Computes rows of a plan's product, tile by tile: 6 pixels by 16 output channels.
///
/// An element is one chain of fused multiply-adds over the rows of its window, the columns and the input channels, in
/// this order; then come the bias and the slope.
struct DirectProducts {
  let plan: DirectPlan
  let panels: DirectPanels

  /// output = finish(product + bias) for the images of `rows`.
  func run(
    _ input: UnsafePointer<Float>, negativeSlope: Float, output: UnsafeMutablePointer<Float>, rows: Range<Int>
  ) {
    withUnsafeTemporaryAllocation(byteCount: 6 * 16 * 4, alignment: 64) { raw in
      let scratch = raw.baseAddress!.bindMemory(to: Float.self, capacity: 6 * 16)
      for first in stride(from: rows.lowerBound, to: rows.upperBound, by: DirectPlan.groupSize) {
        let images = min(DirectPlan.groupSize, rows.upperBound - first)
        for panel in 0..<panels.panelCount {
          let columns = min(16, plan.output.channels - 16 * panel)
          runGroup(
            input + first * plan.input.count, panels.weights.pointer + panel * plan.termCount * 16,
            bias: panels.biases.pointer + 16 * panel, negativeSlope: negativeSlope,
            output: output + first * plan.output.count + 16 * panel, images: images, columns: columns,
            scratch: scratch)
        }
      }
    }
  }

  private func runGroup(
    _ input: UnsafePointer<Float>, _ panel: UnsafePointer<Float>, bias: UnsafePointer<Float>,
    negativeSlope: Float, output: UnsafeMutablePointer<Float>, images: Int, columns: Int,
    scratch: UnsafeMutablePointer<Float>
  ) {
    let inputStride = plan.input.width * plan.input.channels
    for pixels in plan.classes.elements {
      let inputOffsets = UnsafePointer(plan.inputOffsets.pointer + pixels.firstPixel)
      let outputOffsets = UnsafePointer(plan.outputOffsets.pointer + pixels.firstPixel)
      let count = pixels.pixelCount * images
      var pixel = 0
      while pixel < count {
        let tileRows = min(ProductTile6x16.rows, count - pixel)
        let offsets = inputOffsets + pixel
        var tile = ProductTile6x16()
        if pixels.rows > 0 {
          tile.accumulate(
            window: TileRows(input, count: tileRows) { Int(offsets[$0]) }, leftStride: inputStride,
            right: panel + pixels.panelOffset * 16, rightStride: pixels.panelStride * 16, rows: pixels.rows,
            terms: pixels.terms)
        }
        tile.finish(bias: bias, negativeSlope: negativeSlope)
        if columns == 16 {
          tile.write(to: output, offsets: outputOffsets + pixel, rows: tileRows)
        } else {
          tile.save(scratch)
          copyColumns(
            scratch, to: output, offsets: outputOffsets + pixel, rows: tileRows, columns: columns)
        }
        pixel &+= ProductTile6x16.rows
      }
    }
  }
}

/// Copies the first `columns` columns, fewer than 16, of a saved tile's first `rows` rows to where they belong.
func copyColumns(
  _ tile: UnsafePointer<Float>, to output: UnsafeMutablePointer<Float>, offsets: UnsafePointer<Int32>,
  rows: Int, columns: Int
) {
  for row in 0..<rows {
    (output + Int(offsets[row])).update(from: tile + 16 * row, count: columns)
  }
}
