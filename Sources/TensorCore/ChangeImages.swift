/// Changes each image by the change of its own.
///
/// - Parameters:
///   - images: (changes, height * width), of a single channel; `output` likewise, elsewhere.
///   - changes: one for each image; their cuts are within the images.
public func changeImages(
  _ images: UnsafePointer<Float>, changes: [ImageChange], height: Int, width: Int,
  into output: UnsafeMutablePointer<Float>, team: ThreadTeam
) {
  let pixels = height * width
  changes.withUnsafeBufferPointer { changes in
    team.forEachRange(changes.count) { rows in
      for row in rows {
        changeImage(
          images + row * pixels, by: changes[row], height: height, width: width, into: output + row * pixels)
      }
    }
  }
}

/// Moves the image as one run of pixels, then clears the columns that have come in from a neighbouring line, and the cut.
private func changeImage(
  _ image: UnsafePointer<Float>, by change: ImageChange, height: Int, width: Int,
  into output: UnsafeMutablePointer<Float>
) {
  let pixels = height * width
  let shift = change.rowShift * width + change.columnShift
  let first = min(max(-shift, 0), pixels)
  let last = max(first, min(pixels - shift, pixels))
  output.update(repeating: 0, count: first)
  if first < last { (output + first).update(from: image + (first + shift), count: last - first) }
  (output + last).update(repeating: 0, count: pixels - last)

  func clear(_ columns: Range<Int>, ofLines lines: Range<Int>) {
    for line in lines {
      (output + (line * width + columns.lowerBound)).update(repeating: 0, count: columns.count)
    }
  }
  let strangers = min(abs(change.columnShift), width)
  if strangers > 0 {
    clear(change.columnShift < 0 ? 0..<strangers : width - strangers..<width, ofLines: 0..<height)
  }
  clear(change.cutColumns, ofLines: change.cutRows)
}

/// `changeImages` as it is defined, pixel by pixel, and its gradient, for Float and Double.
package struct ImageChangeReference {
  package var height: Int
  package var width: Int

  package init(height: Int, width: Int) {
    self.height = height
    self.width = width
  }

  /// - Parameter images: (changes, height * width).
  package func change<Scalar: BinaryFloatingPoint>(_ images: [Scalar], by changes: [ImageChange]) -> [Scalar]
  {
    var output = [Scalar](repeating: 0, count: images.count)
    forEachPixel(changes) { output[$0] = images[$1] }
    return output
  }

  /// The gradient of the images from that of the changed ones.
  package func gradient<Scalar: BinaryFloatingPoint>(
    _ outputGradient: [Scalar], by changes: [ImageChange]
  ) -> [Scalar] {
    var gradient = [Scalar](repeating: 0, count: outputGradient.count)
    forEachPixel(changes) { gradient[$1] += outputGradient[$0] }
    return gradient
  }

  /// Calls `body(place in the output, place in the image it comes from)` for every pixel that is not 0 by definition.
  private func forEachPixel(_ changes: [ImageChange], _ body: (Int, Int) -> Void) {
    for (row, change) in changes.enumerated() {
      for y in 0..<height {
        for x in 0..<width where !(change.cutRows.contains(y) && change.cutColumns.contains(x)) {
          let (line, column) = (y + change.rowShift, x + change.columnShift)
          guard (0..<height).contains(line) && (0..<width).contains(column) else { continue }
          body((row * height + y) * width + x, (row * height + line) * width + column)
        }
      }
    }
  }
}
