// From images to spectra and back, for a block of tile rows. Tile rows are numbered through all images: number g is tile
// row g % (tile rows of an image) of image g / (tile rows of an image).

extension WinogradPlan {
  /// B^T fine B, into `spectrum`. Leaves the block's line counts in the workspace.
  func transformFine(
    _ images: UnsafePointer<Float>, block: Range<Int>, to spectrum: UnsafeMutablePointer<Float>,
    layout: WinogradSpectrum, _ workspace: WinogradWorkspace
  ) {
    let shape = geometry.fine
    workspace.resetLineCounts()
    for index in block {
      let tileRow = tileRows[index % tileRows.count]
      let image = UnsafeMutablePointer(mutating: images + index / tileRows.count * shape.count)
      workspace.countLines(tileRow.points)
      forEachPanelGroup(workspace.fine, shape, firstColumn: -fineLineStart) { channel, lines in
        let rows = RowPointers {
          self.row(tileRow.fineRow + $0, of: image, shape, otherwise: workspace.zeroRow) + channel
        }
        tileRow.tile.fineRowsToLines(rows, lines)
        forEachRun(tileRow, lines, spectrum, layout, workspace, channel) { run, line, place in
          var line = line
          line.first += run.fineStart * 16
          run.tile.fineLineToSpectrum(line, place, stride: stride)
        }
      }
    }
  }

  /// A coarse A^T, into `spectrum`. Leaves the block's line counts in the workspace.
  func transformCoarse(
    _ images: UnsafePointer<Float>, block: Range<Int>, to spectrum: UnsafeMutablePointer<Float>,
    layout: WinogradSpectrum, _ workspace: WinogradWorkspace
  ) {
    let shape = geometry.coarse
    workspace.resetLineCounts()
    for index in block {
      let tileRow = tileRows[index % tileRows.count]
      let image = UnsafeMutablePointer(mutating: images + index / tileRows.count * shape.count)
      workspace.countLines(tileRow.points)
      forEachPanelGroup(workspace.coarse, shape, firstColumn: 0) { channel, lines in
        let rows = RowPointers {
          self.row(tileRow.coarseRow + $0, of: image, shape, otherwise: workspace.zeroRow) + channel
        }
        tileRow.tile.coarseRowsToLines(rows, lines)
        forEachRun(tileRow, lines, spectrum, layout, workspace, channel) { run, line, place in
          var line = line
          line.first += run.coarseStart * 16
          run.tile.coarseLineToSpectrum(line, place)
        }
      }
    }
  }

  /// coarse = finish(A^T spectrum A + bias).
  func finishCoarse(
    _ spectrum: UnsafeMutablePointer<Float>, layout: WinogradSpectrum, block: Range<Int>,
    to images: UnsafeMutablePointer<Float>, negativeSlope: Float, _ workspace: WinogradWorkspace
  ) {
    let shape = geometry.coarse
    workspace.resetLineCounts()
    for index in block {
      let tileRow = tileRows[index % tileRows.count]
      let image = images + index / tileRows.count * shape.count
      workspace.countLines(tileRow.points)
      forEachPanelGroup(workspace.coarse, shape, firstColumn: 0) { channel, lines in
        forEachRun(tileRow, lines, spectrum, layout, workspace, channel) { run, line, place in
          var line = line
          line.first += run.coarseStart * 16
          run.tile.spectrumToCoarseLine(place, line)
        }
        let rows = RowPointers {
          self.row(tileRow.coarseRow + $0, of: image, shape, otherwise: workspace.unusedRow) + channel
        }
        tileRow.tile.linesToCoarseRows(
          lines, rows, bias: workspace.bias + channel, negativeSlope: negativeSlope)
      }
    }
  }

  /// fine = finish(B spectrum B^T + bias). An image's tile rows must come in order; rows that two of them share wait
  /// unfinished in the image for the second.
  func finishFine(
    _ spectrum: UnsafeMutablePointer<Float>, layout: WinogradSpectrum, block: Range<Int>,
    to images: UnsafeMutablePointer<Float>, negativeSlope: Float, _ workspace: WinogradWorkspace
  ) {
    let shape = geometry.fine
    workspace.resetLineCounts()
    for index in block {
      let number = index % tileRows.count
      let tileRow = tileRows[number]
      let image = images + index / tileRows.count * shape.count
      workspace.countLines(tileRow.points)
      forEachPanelGroup(workspace.fine, shape, firstColumn: -fineLineStart) { channel, lines in
        forEachRun(tileRow, lines, spectrum, layout, workspace, channel) { run, line, place in
          var line = line
          line.first += run.fineStart * 16
          run.tile.spectrumToFineLine(place, line, stride: stride)
        }
        let rows = RowPointers {
          self.row(tileRow.fineRow + $0, of: image, shape, otherwise: workspace.unusedRow) + channel
        }
        let added = RowPointers {
          number == 0
            ? workspace.zeroRow
            : self.row(tileRow.fineRow + $0, of: image, shape, otherwise: workspace.zeroRow) + channel
        }
        tileRow.tile.linesToFineRows(
          lines, rows, added: added, bias: workspace.bias + channel, negativeSlope: negativeSlope,
          stride: stride)
      }
      if number == tileRows.count - 1 { finishLastRows(image, negativeSlope: negativeSlope, workspace) }
    }
  }

  /// Finishes the rows of a fine image that no tile row has: those before the first, those that would be shared with
  /// one after the last, and those below.
  private func finishLastRows(
    _ image: UnsafeMutablePointer<Float>, negativeSlope: Float, _ workspace: WinogradWorkspace
  ) {
    let shape = geometry.fine
    for y in 0..<shape.height where y < vertical.fineStart || y >= vertical.fineEnd - vertical.overlap {
      let isBegun = y >= vertical.fineStart && y < vertical.fineEnd
      for x in 0..<shape.width {
        let pixel = image + (y * shape.width + x) * shape.channels
        mapVectors(isBegun ? pixel : workspace.zeroRow, workspace.bias, pixel, count: shape.channels) {
          ($0 + $1).scaledWhereNegative(by: negativeSlope)
        }
      }
    }
  }

  /// The rows of the fine images that a block of tile rows reads or writes and the one before it doesn't.
  func fineRows(
    of images: UnsafePointer<Float>, _ block: Range<Int>, rows: Int
  ) -> UnsafeBufferPointer<Float> {
    imageRows(of: images, geometry.fine, block, rows: rows) { tileRows[$0].fineRow + vertical.overlap }
  }

  /// The rows of the coarse images that belong to a block of tile rows.
  func coarseRows(
    of images: UnsafePointer<Float>, _ block: Range<Int>, rows: Int
  ) -> UnsafeBufferPointer<Float> {
    imageRows(of: images, geometry.coarse, block, rows: rows) { tileRows[$0].coarseRow }
  }

  private func imageRows(
    of images: UnsafePointer<Float>, _ shape: ImageShape, _ block: Range<Int>, rows: Int,
    firstRow: (Int) -> Int
  ) -> UnsafeBufferPointer<Float> {
    func start(_ index: Int) -> Int {
      let row = index / tileRows.count * shape.height + firstRow(index % tileRows.count)
      return min(max(row, 0), rows * shape.height) * shape.width * shape.channels
    }
    let first = start(block.lowerBound)
    return UnsafeBufferPointer(start: images + first, count: max(0, start(block.upperBound) - first))
  }

  /// Where a row of an image begins, or `otherwise` if the image has no such row.
  @inline(__always)
  private func row(
    _ y: Int, of image: UnsafeMutablePointer<Float>, _ shape: ImageShape,
    otherwise: UnsafeMutablePointer<Float>
  ) -> UnsafeMutablePointer<Float> {
    0..<shape.height ~= y ? image + y * shape.width * shape.channels : otherwise
  }

  /// Calls `body` for every few panels of channels with their first channel and their lines.
  @inline(__always)
  private func forEachPanelGroup(
    _ buffer: WinogradWorkspace.LineBuffer, _ shape: ImageShape, firstColumn: Int,
    _ body: (_ channel: Int, _ lines: WinogradLines) -> Void
  ) {
    for channel in Swift.stride(from: 0, to: shape.channels, by: buffer.panels * 16) {
      body(
        channel,
        WinogradLines(
          first: buffer.memory + firstColumn * 16, lineStride: buffer.lineStride,
          panelStride: buffer.panelStride, pixels: shape.width, imageChannels: shape.channels,
          channels: min(buffer.panels * 16, shape.channels - channel)))
    }
  }

  /// Calls `body` for each run of tiles along each line, with the line from the image's first column on, and with the
  /// place of its frequencies.
  @inline(__always)
  private func forEachRun(
    _ tileRow: TileRow, _ lines: WinogradLines, _ spectrum: UnsafeMutablePointer<Float>,
    _ layout: WinogradSpectrum, _ workspace: WinogradWorkspace, _ channel: Int,
    _ body: (_ run: WinogradAxis.Run, _ line: WinogradLineRun, _ place: SpectrumLine) -> Void
  ) {
    let panel = spectrum + channel / 16 * layout.panelStride
    for (line, point) in tileRow.points.enumerated() {
      for run in horizontal.runs {
        body(
          run,
          WinogradLineRun(
            first: lines.first + line * lines.lineStride, panelStride: lines.panelStride,
            channels: lines.channels, tiles: run.tiles, isFirst: run.firstFrequency == 0),
          layout.line(
            panel, verticalPoint: point, line: workspace.lineNumbers[line],
            firstFrequency: run.firstFrequency))
      }
    }
  }
}
