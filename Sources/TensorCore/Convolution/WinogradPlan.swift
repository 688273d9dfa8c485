/// A geometry cut into tiles, with what the passes over images need to know.
final class WinogradPlan {
  let geometry: ConvolutionGeometry
  let taps: any WinogradTaps.Type
  let stride: Int
  let vertical: WinogradAxis
  let horizontal: WinogradAxis
  /// For each tile row of an image: its tile, and the first row in both images.
  let tileRows: [TileRow]
  /// The fine column that a fine line begins with, 0 or less, and its length; the coarse one begins with column 0.
  let fineLineStart: Int
  let fineLineWidth: Int
  let coarseLineWidth: Int

  struct TileRow {
    var tile: any WinogradTile.Type
    var points: [Int]
    var fineRow: Int
    var coarseRow: Int
  }

  /// nil if there are no tiles for the kernel, or channels that don't come in eights.
  init?(_ geometry: ConvolutionGeometry) {
    guard
      let family = WinogradFamily(
        kernelHeight: geometry.kernelHeight, kernelWidth: geometry.kernelWidth, stride: geometry.stride),
      geometry.fine.channels % 8 == 0, geometry.coarse.channels % 8 == 0
    else { return nil }
    self.geometry = geometry
    taps = family.taps
    stride = family.stride
    vertical = WinogradAxis(
      family: family, coarseSize: geometry.coarse.height, padding: geometry.paddingTop)
    horizontal = WinogradAxis(
      family: family, coarseSize: geometry.coarse.width, padding: geometry.paddingLeft)
    tileRows = vertical.runs.flatMap { run in
      (0..<run.tiles).map { tile in
        TileRow(
          tile: run.tile, points: run.tile.points,
          fineRow: run.fineStart + tile * run.tile.coarseSize * family.stride,
          coarseRow: run.coarseStart + tile * run.tile.coarseSize)
      }
    }
    fineLineStart = min(0, horizontal.fineStart)
    fineLineWidth = max(geometry.fine.width, horizontal.fineEnd) - fineLineStart
    coarseLineWidth = horizontal.coarseEnd
  }

  var planeCount: Int { taps.pointCount * taps.pointCount }
  var tapCount: Int { taps.count * taps.count }
  /// Panels of 16 channels.
  var finePanels: Int { (geometry.fine.channels + 15) / 16 }
  var coarsePanels: Int { (geometry.coarse.channels + 15) / 16 }

  /// Floats that a tile row adds to a spectrum of so many channels, on average.
  func spectrumCount(channels: Int) -> Int {
    (channels + 15) / 16 * 16 * horizontal.frequencies.count * vertical.frequencies.count / tileRows.count
  }
}
