/// Computes rows of a plan's product, tile by tile: 6 pixels by 16 output channels.
///
/// An element is one chain of fused multiply-adds over the rows of its window, the columns and the input channels, in
/// this order; then come the bias and the slope.
struct DirectProducts {
  let plan: DirectPlan
  let panels: DirectPanels

  /// Pixels whose tiles take all panels in turn, so that what they read and write stays in L2.
  private static let chunkPixels = 32 * ProductTile6x16.rows

  /// output = finish(product + bias) for the images of `rows`.
  func run(
    _ input: UnsafePointer<Float>, negativeSlope: Float, output: UnsafeMutablePointer<Float>, rows: Range<Int>
  ) {
    withUnsafeTemporaryAllocation(byteCount: 6 * 16 * 4, alignment: 64) { raw in
      let scratch = raw.baseAddress!.bindMemory(to: Float.self, capacity: 6 * 16)
      for first in stride(from: rows.lowerBound, to: rows.upperBound, by: DirectPlan.groupSize) {
        let images = min(DirectPlan.groupSize, rows.upperBound - first)
        for pixels in plan.classes.elements {
          let count = pixels.pixelCount * images
          for firstPixel in stride(from: 0, to: count, by: Self.chunkPixels) {
            for panel in 0..<panels.panelCount {
              let chunk = Chunk(
                input: input + first * plan.input.count,
                output: output + first * plan.output.count + 16 * panel,
                panel: UnsafePointer(panels.weights.pointer) + panel * plan.termCount * 16,
                bias: UnsafePointer(panels.biases.pointer) + 16 * panel, negativeSlope: negativeSlope,
                columns: min(16, plan.output.channels - 16 * panel), scratch: scratch)
              run(chunk, pixels, firstPixel..<min(count, firstPixel + Self.chunkPixels))
            }
          }
        }
      }
    }
  }

  /// What the tiles of a chunk share.
  private struct Chunk {
    let input: UnsafePointer<Float>
    let output: UnsafeMutablePointer<Float>
    let panel: UnsafePointer<Float>
    let bias: UnsafePointer<Float>
    let negativeSlope: Float
    let columns: Int
    let scratch: UnsafeMutablePointer<Float>
  }

  private func run(_ chunk: Chunk, _ pixels: DirectPlan.PixelClass, _ range: Range<Int>) {
    if pixels.rows == 0 || pixels.terms >= DirectPlan.longRow {
      runTiles(chunk, pixels, range) { tile, left, right in
        if pixels.rows > 0 {
          tile.accumulate(
            window: left, leftStride: plan.input.width * plan.input.channels, right: right,
            rightStride: pixels.panelStride * 16, rows: pixels.rows, terms: pixels.terms)
        }
      }
    } else {
      let terms = UnsafePointer(plan.terms.pointer) + pixels.firstTerm
      runTiles(chunk, pixels, range) { tile, left, right in
        tile.accumulate(left, right: right, terms: terms, count: pixels.rows * pixels.terms)
      }
    }
  }

  @inline(__always)
  private func runTiles(
    _ chunk: Chunk, _ pixels: DirectPlan.PixelClass, _ range: Range<Int>,
    accumulate: (inout ProductTile6x16, TileRows, UnsafePointer<Float>) -> Void
  ) {
    let inputOffsets = UnsafePointer(plan.inputOffsets.pointer + pixels.firstPixel)
    let outputOffsets = UnsafePointer(plan.outputOffsets.pointer + pixels.firstPixel)
    let right = chunk.panel + pixels.panelOffset * 16
    // Written out for whole tiles, so that they need not ask for each row whether it exists.
    @inline(__always)
    func runTile(at pixel: Int, rows: Int) {
      let offsets = inputOffsets + pixel
      var tile = ProductTile6x16()
      accumulate(&tile, TileRows(chunk.input, count: rows) { Int(offsets[$0]) }, right)
      tile.finish(bias: chunk.bias, negativeSlope: chunk.negativeSlope)
      if chunk.columns == 16 {
        tile.write(to: chunk.output, offsets: outputOffsets + pixel, rows: rows)
      } else {
        tile.save(chunk.scratch)
        copyColumns(
          chunk.scratch, to: chunk.output, offsets: outputOffsets + pixel, rows: rows, columns: chunk.columns)
      }
    }
    var pixel = range.lowerBound
    while pixel &+ ProductTile6x16.rows <= range.upperBound {
      runTile(at: pixel, rows: ProductTile6x16.rows)
      pixel &+= ProductTile6x16.rows
    }
    if pixel < range.upperBound { runTile(at: pixel, rows: range.upperBound - pixel) }
  }
}

/// Copies the first `columns` columns, fewer than 16, of a saved tile's first `rows` rows to where they belong.
private func copyColumns(
  _ tile: UnsafePointer<Float>, to output: UnsafeMutablePointer<Float>, offsets: UnsafePointer<Int32>,
  rows: Int, columns: Int
) {
  for row in 0..<rows {
    (output + Int(offsets[row])).update(from: tile + 16 * row, count: columns)
  }
}
