import ImageData
import TensorCore

extension ImageDataset {
  /// Writes consecutive images as rows of numbers in [0, 1].
  func copyImages(_ range: Range<Int>, to destination: UnsafeMutablePointer<Float>, team: ThreadTeam) {
    team.forEachRange(range.count) { rows in
      for row in rows { copyImage(range.lowerBound + row, to: destination + row * pixelsPerImage) }
    }
  }
}
