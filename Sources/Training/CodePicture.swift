import Artifacts

/// Images made of codes, in rows and columns that mean something: an array, or a page with labels.
public struct CodePicture: Sendable {
  public let rows: Int
  public let columns: Int
  let height: Int
  let width: Int
  /// (rows, columns, height * width) in [0, 1].
  let images: [Float]
  /// What the page shows: `images`, and others that they are to be compared with.
  private let page: ImageGrid

  /// - Parameters:
  ///   - images: (rows, columns, height * width) in [0, 1].
  ///   - labels: of the rows.
  ///   - captions: of the columns, under the last row.
  ///   - ends: images at the left and right of each row, with a caption.
  ///   - heading: a row above all others.
  init(
    _ images: [Float], height: Int, width: Int, labels: [String], captions: [String],
    ends: (images: [([Float], [Float])], caption: String)? = nil, heading: ImageGrid.Row? = nil,
    tileSide: Int = CodePicture.tileSide
  ) {
    let pixels = height * width
    rows = labels.count
    columns = captions.count
    precondition(images.count == rows * columns * pixels)
    self.height = height
    self.width = width
    self.images = images
    let columns = columns
    let drawn = labels.indices.map { row in
      let isLast = row == labels.count - 1
      var tiles = captions.indices.map { column in
        let first = (row * columns + column) * pixels
        return ImageGrid.Tile(
          Array(images[first..<first + pixels]), caption: isLast ? captions[column] : nil)
      }
      if let ends {
        let caption = isLast ? ends.caption : nil
        tiles.insert(ImageGrid.Tile(ends.images[row].0, caption: caption), at: 0)
        tiles.append(ImageGrid.Tile(ends.images[row].1, caption: caption))
      }
      return ImageGrid.Row(label: labels[row], tiles)
    }
    page = ImageGrid(
      tileHeight: height, tileWidth: width, rows: (heading.map { [$0] } ?? []) + drawn,
      scale: Self.scale(height: height, width: width, tileSide: tileSide),
      columnsApart: ends == nil ? [] : [1, columns + 1])
  }

  /// Writes the page if the name ends in `.png`, otherwise an npy file of shape (rows, columns, height, width), float32 in
  /// [0, 1].
  public func write(to path: String) throws {
    if isPicture(path) {
      try writeDurably(path, page.rendered().png)
    } else {
      try writeArray(images, shape: [rows, columns, height, width], to: path)
    }
  }

  // MARK: - Sizes

  /// About how many pixels of the page the longer side of an image takes.
  static let tileSide = 84

  /// How many times images are enlarged.
  private static func scale(height: Int, width: Int, tileSide: Int) -> Int {
    let side = max(height, width)
    return max(1, (tileSide + side / 2) / side)
  }

  /// Refuses a page that a viewer would not open.
  ///
  /// - Throws: `Failure` 64.
  static func requireFits(_ path: String, images: Int, height: Int, width: Int, tileSide: Int = tileSide)
    throws
  {
    guard isPicture(path) else { return }
    let scale = scale(height: height, width: width, tileSide: tileSide)
    try requirePageFits(count: images, pixelsPerImage: (height + 2) * (width + 2) * scale * scale)
  }
}
