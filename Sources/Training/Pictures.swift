import Artifacts
import Evaluation
import ImageData
import NeuralNet
import TensorCore

/// Test images and what a model makes of them.
struct Reconstructions {
  /// (count, height * width) in [0, 1].
  var inputs: [Float]
  var outputs: [Float]
  var similarities: [Double?]
  var height: Int
  var width: Int
}

/// Rebuilds the first images of a data set; not a collective call.
func reconstructImages(of images: ImageDataset, first count: Int, by model: Autoencoder, team: ThreadTeam)
  -> Reconstructions
{
  let pixels = images.pixelsPerImage
  let rows = min(count, images.count)
  let input = AlignedBuffer<Float>(count: rows * pixels)
  for row in 0..<rows { images.copyImage(row, to: input.pointer + row * pixels) }
  let output = model.forward(images: input.pointer, rows: rows, team: team)
  Activation.sigmoid.apply(output, to: output, count: rows * pixels)
  return Reconstructions(
    inputs: input.array, outputs: Array(UnsafeBufferPointer(start: output, count: rows * pixels)),
    similarities: (0..<rows).map { row in
      StructuralSimilarity.uniform.score(
        input.pointer + row * pixels, output + row * pixels, height: images.height, width: images.width)
    }, height: images.height, width: images.width)
}

/// Writes images above their reconstructions, with the SSIM of each.
func writeReconstructions(_ reconstructions: Reconstructions, to path: String) throws {
  let pixels = reconstructions.height * reconstructions.width
  func tiles(_ images: [Float], captions: [String?]) -> [ImageGrid.Tile] {
    captions.enumerated().map { row, caption in
      ImageGrid.Tile(Array(images[row * pixels..<(row + 1) * pixels]), caption: caption)
    }
  }
  let count = reconstructions.similarities.count
  let grid = ImageGrid(
    tileHeight: reconstructions.height, tileWidth: reconstructions.width,
    rows: [
      ImageGrid.Row(
        label: "input", tiles(reconstructions.inputs, captions: (0..<count).map { "test \($0)" })),
      ImageGrid.Row(
        label: "output",
        tiles(
          reconstructions.outputs,
          captions: reconstructions.similarities.map { $0.map { "ssim \(decimals($0, 3))" } })),
    ], scale: 5)
  try writeDurably(path, grid.rendered().png)
}

/// Writes generated images: all of them as `samples.npy` (count, height, width) and as a grid, and the first ten as a
/// labelled row.
func writeSamples(_ samples: [Float], height: Int, width: Int, to folder: RunFolder) throws {
  let pixels = height * width
  try writeSampleArray(samples, height: height, width: width, to: folder.samples)
  let grid = ImageGrid(images: samples, tileHeight: height, tileWidth: width, columns: 10)
  try writeDurably(folder.samplePicture, grid.rendered().png)
  let first = Array(samples.prefix(10 * pixels))
  let row = ImageGrid(
    images: first, tileHeight: height, tileWidth: width, columns: 10,
    captions: (1...max(first.count / pixels, 1)).map { "\($0)" })
  try writeDurably(folder.sampleRow, row.rendered().png)
}

/// Writes images as an npy file of shape (count, height, width), float32 in [0, 1].
public func writeSampleArray(_ samples: [Float], height: Int, width: Int, to path: String) throws {
  let shape = [samples.count / (height * width), height, width]
  try writeDurably(path) { file in
    try samples.withUnsafeBufferPointer { try NumPyFile.write(shape: shape, elements: $0, to: file) }
  }
}
