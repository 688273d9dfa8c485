import Artifacts
import Diagnostics

/// How much images of 28x28 pixels are enlarged on a page of their own, and beside their reconstructions.
let gridScale = 3
let reconstructionScale = 5

/// How much images are enlarged so that they look about as large as those of 28x28 pixels do at `scale`.
func pictureScale(_ scale: Int, height: Int, width: Int) -> Int {
  let side = max(height, width)
  return max(1, (28 * scale + side / 2) / side)
}

/// Whether the file of that name is to hold a picture for people, rather than an array.
public func isPicture(_ path: String) -> Bool {
  path.hasSuffix(".png")
}

/// Writes images as a page if the name ends in `.png`, otherwise as an npy file of shape (count, height, width),
/// float32 in [0, 1].
public func writeImages(_ images: [Float], height: Int, width: Int, to path: String) throws {
  guard isPicture(path) else {
    return try writeImageArray(images, height: height, width: width, to: path)
  }
  let count = images.count / (height * width)
  // Ten to a row as people count, and nearly square when they are many.
  var columns = 10
  while columns * columns < count { columns += 1 }
  let grid = ImageGrid(
    images: images, tileHeight: height, tileWidth: width, columns: columns,
    scale: pictureScale(gridScale, height: height, width: width))
  try writeDurably(path, grid.rendered().png)
}

/// Refuses a page of more images than a viewer would open.
///
/// - Parameter besideReconstructions: whether each image comes with its reconstruction.
/// - Throws: `Failure` 64.
public func requirePageFits(
  count: Int, height: Int, width: Int, besideReconstructions: Bool = false
) throws {
  let scale = pictureScale(
    besideReconstructions ? reconstructionScale : gridScale, height: height, width: width)
  try requirePageFits(
    count: count, pixelsPerImage: height * width * scale * scale * (besideReconstructions ? 2 : 1))
}

/// Refuses a page of more images, each with so many pixels of the page, than a viewer would open.
func requirePageFits(count: Int, pixelsPerImage: Int) throws {
  let limit = (1 << 28) / pixelsPerImage
  guard count <= limit else {
    throw Failure(
      .usage, "\(grouped(count)) images are too many for a picture, which can hold \(grouped(limit))",
      help: "write them to a .npy file")
  }
}
