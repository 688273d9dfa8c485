extension ImageGrid {
  /// The images of a page that was rendered from a grid like this one, with other pixels; nil where the page has not its
  /// size. Rendered again, they are the same bytes.
  public func tiles(of page: GreyImage) -> [Tile]? {
    let layout = ImageGridLayout(self)
    guard page.width == layout.pageWidth && page.height == layout.pageHeight else { return nil }
    let inset = (layout.cellWidth - layout.imageWidth) / 2
    return zip(rows, layout.rowTops).flatMap { row, top in
      row.tiles.indices.map { position in
        let left = layout.columnLefts[position] + inset
        return Tile(
          (0..<tileHeight * tileWidth).map { pixel in
            let (y, x) = pixel.quotientAndRemainder(dividingBy: tileWidth)
            return Float(page[top + y * scale, left + x * scale]) / 255
          })
      }
    }
  }
}
