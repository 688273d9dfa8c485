import Artifacts

/// Writes generated images above the training image that is nearest to each, ten pairs to a row, the closest pairs
/// first (of equal ones, the first given): copies of training images would stand at the top.
///
/// - Parameters:
///   - generated: brightness in [0,1], (N,H,W).
///   - nearest: the training image nearest to each, (N,H,W).
///   - distances: between the two, shown with two decimals.
///   - indices: which training image each is.
/// - Precondition: at least one pair, and as many of each.
/// - Throws: `Failure` 73 or 74 as `writeDurably` does.
public func writeNearestImages(
  generated: [Float], nearest: [Float], distances: [Double], indices: [Int32], height: Int, width: Int,
  to path: String
) throws {
  let pixels = height * width
  precondition(!distances.isEmpty && indices.count == distances.count)
  precondition(generated.count == distances.count * pixels && nearest.count == generated.count)
  let order = distances.indices.sorted { (distances[$0], $0) < (distances[$1], $1) }
  func row(_ label: String, _ images: [Float], _ pairs: ArraySlice<Int>, caption: (Int) -> String)
    -> ImageGrid.Row
  {
    ImageGrid.Row(
      label: label,
      pairs.map { pair in
        ImageGrid.Tile(Array(images[pair * pixels..<(pair + 1) * pixels]), caption: caption(pair))
      })
  }
  let rows = stride(from: 0, to: order.count, by: 10).flatMap { first in
    let pairs = order[first..<min(first + 10, order.count)]
    return [
      row("generated", generated, pairs) { "at \(decimals(distances[$0], 2))" },
      row("nearest", nearest, pairs) { "train \(indices[$0])" },
    ]
  }
  let grid = ImageGrid(
    tileHeight: height, tileWidth: width, rows: rows,
    scale: pictureScale(reconstructionScale, height: height, width: width))
  try writeDurably(path, grid.rendered().png)
}
