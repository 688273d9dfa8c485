/// Where everything stands on the page of an `ImageGrid`, in pixels of the page.
struct ImageGridLayout {
  let imageWidth: Int
  let imageHeight: Int
  /// The width that a column has: an image's, or that of a wider caption.
  let cellWidth: Int
  /// Where the first column begins, right of the labels.
  let firstColumn: Int
  /// Where the columns begin.
  let columnLefts: [Int]
  /// Where the images of each row begin.
  let rowTops: [Int]
  let pageWidth: Int
  let pageHeight: Int
  let captionScale: Int
  let labelScale: Int
  /// Between an image and the caption under it.
  let captionGap: Int
  /// Between labels and images.
  let labelGap: Int

  init(_ grid: ImageGrid) {
    // Small images that are enlarged a lot need no wider gaps.
    let gap = 2 * min(grid.scale, 5)
    let margin = 2 * gap
    let apartGap = 2 * gap
    imageWidth = grid.tileWidth * grid.scale
    imageHeight = grid.tileHeight * grid.scale

    // Captions are as large as the labels if they fit under their images, or into half the gap beside them.
    let captionWidth = grid.rows.flatMap(\.tiles).map { BitmapFont.width(of: $0.caption ?? "") }.max() ?? 0
    labelScale = grid.scale > 1 ? 2 : 1
    captionScale = captionWidth * labelScale <= imageWidth + gap / 2 ? labelScale : 1
    // Wider ones keep a distance from each other.
    let captionSpace = captionWidth * captionScale
    cellWidth = captionSpace > imageWidth ? captionSpace + 2 * captionScale : imageWidth
    captionGap = 3 * captionScale

    let labelWidth = grid.rows.map { BitmapFont.width(of: $0.label ?? "") }.max() ?? 0
    labelGap = labelWidth > 0 ? margin : 0
    firstColumn = margin + labelWidth * labelScale + labelGap
    let columns = grid.rows.map(\.tiles.count).max() ?? 0
    var left = firstColumn
    var lefts: [Int] = []
    for column in 0..<columns {
      if grid.columnsApart.contains(column) { left += apartGap }
      lefts.append(left)
      left += cellWidth + gap
    }
    columnLefts = lefts
    pageWidth = left - gap + margin

    var top = margin
    var tops: [Int] = []
    for row in grid.rows {
      tops.append(top)
      let hasCaptions = row.tiles.contains { $0.caption != nil }
      let captionHeight = hasCaptions ? captionGap + BitmapFont.glyphHeight * captionScale : 0
      top += imageHeight + captionHeight + gap
    }
    rowTops = tops
    pageHeight = top - gap + margin
  }
}
