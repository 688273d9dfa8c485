// From images to spectra and back, for a block of tile rows. Tile rows are numbered through all images: number g is tile
// row g % (tile rows of an image) of image g / (tile rows of an image).

extension WinogradPlan {
  /// B^T fine B, into `spectrum`. Leaves the block's line counts in the workspace.
  func transformFine(
    _ images: UnsafePointer<Float>, block: Range<Int>, to spectrum: UnsafeMutablePointer<Float>,
    layout: WinogradSpectrum, _ workspace: WinogradWorkspace
  ) {
    let shape = geometry.fine
    let rowLength = shape.width * shape.channels
    workspace.resetLineCounts()
    for index in block {
      let tileRow = tileRows[index % tileRows.count]
      let image = images + index / tileRows.count * shape.count
      let rows = RowPointers { row in
        let y = tileRow.fineRow + row
        return 0..<shape.height ~= y
          ? UnsafeMutablePointer(mutating: image + y * rowLength) : workspace.zeroRow
      }
      tileRow.tile.fineRowsToLines(
        rows,
        RowPointers(
          workspace.fineLines - fineLineStart * shape.channels, stride: workspace.fineLineStride),
        count: rowLength)
      forEachLine(of: tileRow, spectrum, layout, workspace) { line, run, target in
        run.tile.fineLineToSpectrum(
          workspace.fineLines
            + (line * workspace.fineLineStride + (run.fineStart - fineLineStart) * shape.channels), target,
          tiles: run.tiles, stride: stride, channels: shape.channels)
      }
    }
  }

  /// A coarse A^T, into `spectrum`. Leaves the block's line counts in the workspace.
  func transformCoarse(
    _ images: UnsafePointer<Float>, block: Range<Int>, to spectrum: UnsafeMutablePointer<Float>,
    layout: WinogradSpectrum, _ workspace: WinogradWorkspace
  ) {
    let shape = geometry.coarse
    let rowLength = shape.width * shape.channels
    workspace.resetLineCounts()
    for index in block {
      let tileRow = tileRows[index % tileRows.count]
      let image = images + index / tileRows.count * shape.count
      let rows = RowPointers { row in
        let y = tileRow.coarseRow + row
        return y < shape.height ? UnsafeMutablePointer(mutating: image + y * rowLength) : workspace.zeroRow
      }
      tileRow.tile.coarseRowsToLines(
        rows, RowPointers(workspace.coarseLines, stride: workspace.coarseLineStride), count: rowLength)
      forEachLine(of: tileRow, spectrum, layout, workspace) { line, run, target in
        run.tile.coarseLineToSpectrum(
          workspace.coarseLines + (line * workspace.coarseLineStride + run.coarseStart * shape.channels),
          target, tiles: run.tiles, channels: shape.channels)
      }
    }
  }

  /// coarse = finish(A^T spectrum A + bias).
  func finishCoarse(
    _ spectrum: UnsafeMutablePointer<Float>, layout: WinogradSpectrum, block: Range<Int>,
    to images: UnsafeMutablePointer<Float>, negativeSlope: Float, _ workspace: WinogradWorkspace
  ) {
    let shape = geometry.coarse
    let rowLength = shape.width * shape.channels
    workspace.resetLineCounts()
    for index in block {
      let tileRow = tileRows[index % tileRows.count]
      let image = images + index / tileRows.count * shape.count
      forEachLine(of: tileRow, spectrum, layout, workspace) { line, run, source in
        run.tile.spectrumToCoarseLine(
          source,
          workspace.coarseLines + (line * workspace.coarseLineStride + run.coarseStart * shape.channels),
          tiles: run.tiles, channels: shape.channels)
      }
      let rows = RowPointers { row in
        let y = tileRow.coarseRow + row
        return y < shape.height ? image + y * rowLength : workspace.unusedRow
      }
      tileRow.tile.linesToCoarseRows(
        RowPointers(workspace.coarseLines, stride: workspace.coarseLineStride), rows, count: rowLength,
        bias: workspace.biasRow, negativeSlope: negativeSlope)
    }
  }

  /// fine = finish(B spectrum B^T + bias). An image's tile rows must come in order; rows that two of them share wait
  /// unfinished in the image for the second.
  func finishFine(
    _ spectrum: UnsafeMutablePointer<Float>, layout: WinogradSpectrum, block: Range<Int>,
    to images: UnsafeMutablePointer<Float>, negativeSlope: Float, _ workspace: WinogradWorkspace
  ) {
    let shape = geometry.fine
    let rowLength = shape.width * shape.channels
    workspace.resetLineCounts()
    for index in block {
      let number = index % tileRows.count
      let tileRow = tileRows[number]
      let image = images + index / tileRows.count * shape.count
      forEachLine(of: tileRow, spectrum, layout, workspace) { line, run, source in
        let start =
          workspace.fineLines
          + (line * workspace.fineLineStride + (run.fineStart - fineLineStart) * shape.channels)
        if run.firstFrequency == 0 { start.update(repeating: 0, count: vertical.overlap * shape.channels) }
        run.tile.spectrumToFineLine(
          source, start, tiles: run.tiles, stride: stride, channels: shape.channels)
      }
      let rows = RowPointers { row in
        let y = tileRow.fineRow + row
        return 0..<shape.height ~= y ? image + y * rowLength : workspace.unusedRow
      }
      let added = RowPointers { row in
        let y = tileRow.fineRow + row
        return number > 0 && 0..<shape.height ~= y ? image + y * rowLength : workspace.zeroRow
      }
      tileRow.tile.linesToFineRows(
        RowPointers(
          workspace.fineLines - fineLineStart * shape.channels, stride: workspace.fineLineStride),
        rows, added: added, count: rowLength, bias: workspace.biasRow, negativeSlope: negativeSlope,
        stride: stride)
      if number == tileRows.count - 1 { finishLastRows(image, negativeSlope: negativeSlope, workspace) }
    }
  }

  /// Finishes the rows of a fine image that no tile row has: those before the first, those that would be shared with
  /// one after the last, and those below.
  private func finishLastRows(
    _ image: UnsafeMutablePointer<Float>, negativeSlope: Float, _ workspace: WinogradWorkspace
  ) {
    let shape = geometry.fine
    let rowLength = shape.width * shape.channels
    for y in 0..<shape.height where y < vertical.fineStart || y >= vertical.fineEnd - vertical.overlap {
      let row = image + y * rowLength
      let isBegun = y >= vertical.fineStart && y < vertical.fineEnd
      mapVectors(isBegun ? row : workspace.zeroRow, workspace.biasRow, row, count: rowLength) { sum, bias in
        (sum + bias).scaledWhereNegative(by: negativeSlope)
      }
    }
  }

  /// Calls `body` for each frequency's line of a tile row and each run of tiles along it, and counts the line.
  @inline(__always)
  private func forEachLine(
    of tileRow: TileRow, _ spectrum: UnsafeMutablePointer<Float>, _ layout: WinogradSpectrum,
    _ workspace: WinogradWorkspace,
    _ body: (_ line: Int, _ run: WinogradAxis.Run, _ place: SpectrumLine) -> Void
  ) {
    for (line, point) in tileRow.points.enumerated() {
      for run in horizontal.runs {
        body(
          line, run,
          layout.line(
            spectrum, verticalPoint: point, line: workspace.lineCounts[point],
            firstFrequency: run.firstFrequency))
      }
      workspace.lineCounts[point] += 1
    }
  }
}
