import ImageData
import TensorCore

/// Turns this rank's part of a batch into floats.
final class BatchLoader {
  let images: ImageDataset
  /// (rows, pixels) in [0, 1].
  let input: AlignedBuffer<Float>

  init(images: ImageDataset, maximumRows: Int) {
    self.images = images
    input = AlignedBuffer(count: maximumRows * images.pixelsPerImage)
  }

  /// Loads the images of `indices`, a row each.
  func load(_ indices: ArraySlice<Int32>, team: ThreadTeam) {
    let pixels = images.pixelsPerImage
    let first = indices.startIndex
    team.forEachRange(indices.count) { range in
      for row in range { images.copyImage(Int(indices[first + row]), to: input.pointer + row * pixels) }
    }
  }
}
