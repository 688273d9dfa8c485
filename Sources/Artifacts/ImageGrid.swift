/// A page of small grey images in rows and columns, enlarged, with a caption under each image and a label at the left
/// of each row where they are wanted.
public struct ImageGrid: Sendable {
  /// One image on the page.
  public struct Tile: Sendable {
    /// Brightness in [0,1], (H,W).
    public var pixels: [Float]
    public var caption: String?

    public init(_ pixels: [Float], caption: String? = nil) {
      self.pixels = pixels
      self.caption = caption
    }
  }

  /// Images beside each other.
  public struct Row: Sendable {
    public var label: String?
    public var tiles: [Tile]

    public init(label: String? = nil, _ tiles: [Tile]) {
      self.label = label
      self.tiles = tiles
    }
  }

  /// The size of every image, before it is enlarged.
  public let tileHeight: Int
  public let tileWidth: Int
  public let rows: [Row]
  /// Every pixel of an image becomes a square with sides of that many.
  public let scale: Int
  /// Columns that stand apart from the one before.
  public let columnsApart: [Int]

  private static let page: UInt8 = 255
  private static let ink: UInt8 = 48

  /// - Precondition: at least one image, and all of tileHeight times tileWidth pixels.
  public init(tileHeight: Int, tileWidth: Int, rows: [Row], scale: Int = 3, columnsApart: [Int] = []) {
    precondition(scale > 0 && rows.contains { !$0.tiles.isEmpty })
    precondition(rows.allSatisfy { $0.tiles.allSatisfy { $0.pixels.count == tileHeight * tileWidth } })
    self.tileHeight = tileHeight
    self.tileWidth = tileWidth
    self.rows = rows
    self.scale = scale
    self.columnsApart = columnsApart
  }

  /// Images one after the other, so many to a row.
  ///
  /// - Parameter images: brightness in [0,1], (N,H,W).
  public init(
    images: [Float], tileHeight: Int, tileWidth: Int, columns: Int, captions: [String]? = nil, scale: Int = 3
  ) {
    let size = tileHeight * tileWidth
    precondition(columns > 0 && images.count % size == 0)
    let tiles = (0..<(images.count / size)).map { index in
      Tile(Array(images[(index * size)..<((index + 1) * size)]), caption: captions?[index])
    }
    let rows = stride(from: 0, to: tiles.count, by: columns).map { start in
      Row(Array(tiles[start..<min(start + columns, tiles.count)]))
    }
    self.init(tileHeight: tileHeight, tileWidth: tileWidth, rows: rows, scale: scale)
  }

  /// The page.
  public func rendered() -> GreyImage {
    let layout = ImageGridLayout(self)
    var image = GreyImage(width: layout.pageWidth, height: layout.pageHeight, filledWith: Self.page)
    for (row, top) in zip(rows, layout.rowTops) {
      if let label = row.label {
        // Flush right, at half the height of the images.
        let textHeight = BitmapFont.glyphHeight * layout.labelScale
        let textWidth = BitmapFont.width(of: label) * layout.labelScale
        image.draw(
          label, row: top + (layout.imageHeight - textHeight) / 2,
          column: layout.firstColumn - layout.labelGap - textWidth, scale: layout.labelScale, grey: Self.ink)
      }
      for (position, tile) in row.tiles.enumerated() {
        let cell = layout.columnLefts[position]
        draw(tile, on: &image, row: top, column: cell + (layout.cellWidth - layout.imageWidth) / 2)
        if let caption = tile.caption {
          let textWidth = BitmapFont.width(of: caption) * layout.captionScale
          image.draw(
            caption, row: top + layout.imageHeight + layout.captionGap,
            column: cell + (layout.cellWidth - textWidth) / 2, scale: layout.captionScale, grey: Self.ink)
        }
      }
    }
    return image
  }

  private func draw(_ tile: Tile, on image: inout GreyImage, row: Int, column: Int) {
    for y in 0..<tileHeight {
      for x in 0..<tileWidth {
        image.fill(
          row: row + y * scale, column: column + x * scale, height: scale, width: scale,
          grey: GreyImage.grey(tile.pixels[y * tileWidth + x]))
      }
    }
  }
}
