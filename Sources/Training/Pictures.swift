import Artifacts
import Evaluation
import ImageData
import NeuralNet
import TensorCore

/// Rebuilds the first images of a data set; not a collective call.
func reconstructImages(of images: ImageDataset, first count: Int, by model: any ImageCoder, team: ThreadTeam)
  -> Reconstructions
{
  let images = images.prefix(count)
  let elements = images.count * images.pixelsPerImage
  let input = AlignedBuffer<Float>(count: elements)
  for row in 0..<images.count { images.copyImage(row, to: input.pointer + row * images.pixelsPerImage) }
  let output = model.forward(images: input.pointer, pass: Pass(rowCount: images.count, team: team))
  Activation.sigmoid.apply(output, to: output, count: elements)
  return Reconstructions(
    of: images, outputs: Array(UnsafeBufferPointer(start: output, count: elements)), team: team)
}

/// Writes images above their reconstructions, ten to a row, with the SSIM of each.
///
/// - Parameter part: what the images are called, with their numbers, in the captions.
public func writeReconstructions(
  _ reconstructions: Reconstructions, part: SplitPart = .test, to path: String
) throws {
  let pixels = reconstructions.height * reconstructions.width
  func tiles(_ images: [Float], _ range: Range<Int>, caption: (Int) -> String?) -> [ImageGrid.Tile] {
    range.map { ImageGrid.Tile(Array(images[$0 * pixels..<($0 + 1) * pixels]), caption: caption($0)) }
  }
  let rows = stride(from: 0, to: reconstructions.count, by: 10).flatMap { first in
    let range = first..<min(first + 10, reconstructions.count)
    return [
      ImageGrid.Row(
        label: "input", tiles(reconstructions.inputs, range) { "\(part.rawValue) \($0)" }),
      ImageGrid.Row(
        label: "output",
        tiles(reconstructions.outputs, range) { image in
          reconstructions.similarities[image].map { "ssim \(decimals($0, 3))" }
        }),
    ]
  }
  let grid = ImageGrid(
    tileHeight: reconstructions.height, tileWidth: reconstructions.width, rows: rows,
    scale: pictureScale(reconstructionScale, height: reconstructions.height, width: reconstructions.width))
  try writeDurably(path, grid.rendered().png)
}

/// Writes generated images: all of them as `samples.npy` (count, height, width) and as a grid, and the first ten as a
/// labelled row.
func writeSamples(_ samples: [Float], height: Int, width: Int, to folder: RunFolder) throws {
  let pixels = height * width
  try writeImageArray(samples, height: height, width: width, to: folder.samples)
  let scale = pictureScale(gridScale, height: height, width: width)
  let grid = ImageGrid(images: samples, tileHeight: height, tileWidth: width, columns: 10, scale: scale)
  try writeDurably(folder.samplePicture, grid.rendered().png)
  let first = Array(samples.prefix(10 * pixels))
  let row = ImageGrid(
    images: first, tileHeight: height, tileWidth: width, columns: 10,
    captions: (1...max(first.count / pixels, 1)).map { "\($0)" }, scale: scale)
  try writeDurably(folder.sampleRow, row.rendered().png)
}

/// Writes images as an npy file of shape (count, height, width), float32 in [0, 1].
public func writeImageArray(_ images: [Float], height: Int, width: Int, to path: String) throws {
  try writeArray(images, shape: [images.count / (height * width), height, width], to: path)
}

/// Writes numbers as a float32 npy file.
func writeArray(_ elements: [Float], shape: [Int], to path: String) throws {
  try writeDurably(path) { file in
    try elements.withUnsafeBufferPointer { try NumPyFile.write(shape: shape, elements: $0, to: file) }
  }
}
