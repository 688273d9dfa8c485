import Artifacts

/// Images made of codes, in rows and columns that mean something: an array, or a page with labels.
public struct CodePicture: Sendable {
  /// Images to stand at the left and right of a row.
  struct Ends: Sendable {
    let left: [Float]
    let right: [Float]
  }

  let height: Int
  let width: Int
  /// (labels, captions, height * width) in [0, 1].
  let images: [Float]
  /// Of the rows.
  let labels: [String]
  /// Of the columns, under the last row.
  let captions: [String]
  /// Of each row, or none.
  var ends: [Ends] = []
  /// A row above all others.
  var heading: ImageGrid.Row?
  /// How much images of 28x28 pixels are enlarged.
  var scale = gridScale

  /// Writes the page if the name ends in `.png`, otherwise an npy file of shape (rows, columns, height, width), float32 in
  /// [0, 1].
  public func write(to path: String) throws {
    if isPicture(path) {
      try writeDurably(path, page.rendered().png)
    } else {
      try writeArray(images, shape: [labels.count, captions.count, height, width], to: path)
    }
  }

  private var page: ImageGrid {
    let pixels = height * width
    let rows = labels.indices.map { row in
      let isLast = row == labels.count - 1
      var tiles = captions.indices.map { column in
        let first = (row * captions.count + column) * pixels
        return ImageGrid.Tile(
          Array(images[first..<first + pixels]), caption: isLast ? captions[column] : nil)
      }
      if !ends.isEmpty {
        let caption = isLast ? "input" : nil
        tiles.insert(ImageGrid.Tile(ends[row].left, caption: caption), at: 0)
        tiles.append(ImageGrid.Tile(ends[row].right, caption: caption))
      }
      return ImageGrid.Row(label: labels[row], tiles)
    }
    return ImageGrid(
      tileHeight: height, tileWidth: width, rows: (heading.map { [$0] } ?? []) + rows,
      scale: pictureScale(scale, height: height, width: width),
      columnsApart: ends.isEmpty ? [] : [1, captions.count + 1])
  }

  /// Refuses a page that a viewer would not open.
  ///
  /// - Throws: `Failure` 64.
  static func requireFits(_ path: String, images: Int, height: Int, width: Int, scale: Int = gridScale)
    throws
  {
    guard isPicture(path) else { return }
    let scale = pictureScale(scale, height: height, width: width)
    try requirePageFits(count: images, pixelsPerImage: (height + 2) * (width + 2) * scale * scale)
  }
}
