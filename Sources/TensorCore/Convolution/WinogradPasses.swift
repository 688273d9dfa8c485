// The loops around a tile's transforms. A tile row of an image is transformed down the columns first, into one line a
// frequency (`WinogradLines`); then each line along its pixels, tile by tile, into the spectrum. The way back goes the
// other way round.

extension WinogradTile {
  /// lines = B^T rows.
  @inline(never)
  static func fineRowsToLines(_ rows: RowPointers, _ lines: WinogradLines) {
    let starts = lines.starts
    lines.forEachVector { image, line, _ in
      fromFine({ Vector.load(rows[$0], image) }, { $1.store(starts[$0], line) })
    }
  }

  /// lines = A rows.
  @inline(never)
  static func coarseRowsToLines(_ rows: RowPointers, _ lines: WinogradLines) {
    let starts = lines.starts
    lines.forEachVector { image, line, _ in
      fromCoarse({ Vector.load(rows[$0], image) }, { $1.store(starts[$0], line) })
    }
  }

  /// rows = finish(A^T lines + bias).
  @inline(never)
  static func linesToCoarseRows(
    _ lines: WinogradLines, _ rows: RowPointers, bias: UnsafePointer<Float>, negativeSlope: Float
  ) {
    let starts = lines.starts
    lines.forEachVector { image, line, channel in
      let offset = Vector.load(bias, channel)
      @inline(__always) func store(_ y: Int, _ sum: Vector) {
        (sum + offset).scaledWhereNegative(by: negativeSlope).store(rows[y], image)
      }
      toCoarse({ Vector.load(starts[$0], line) }, store)
    }
  }

  /// rows = finish(B lines + bias), where the first rows, which the tile above has begun, get what is in `added` on top,
  /// and the last ones, which the tile below ends, are neither given a bias nor finished.
  @inline(never)
  static func linesToFineRows(
    _ lines: WinogradLines, _ rows: RowPointers, added: RowPointers, bias: UnsafePointer<Float>,
    negativeSlope: Float, stride: Int
  ) {
    let overlap = fineSize - stride * coarseSize
    let starts = lines.starts
    lines.forEachVector { image, line, channel in
      let offset = Vector.load(bias, channel)
      @inline(__always) func store(_ y: Int, _ value: Vector) {
        var sum = value
        if y < overlap { sum += Vector.load(added[y], image) }
        if y < fineSize - overlap { sum = (sum + offset).scaledWhereNegative(by: negativeSlope) }
        sum.store(rows[y], image)
      }
      toFine({ Vector.load(starts[$0], line) }, store)
    }
  }

  /// Transforms the tiles of a fine line, B^T, into the spectrum.
  @inline(never)
  static func fineLineToSpectrum(_ line: WinogradLineRun, _ spectrum: SpectrumLine, stride: Int) {
    let frequencies = frequencies(spectrum)
    forEachVector(of: line, sampleStep: coarseSize &* stride, spectrum) { sample, row, tile in
      fromFine(
        { Vector.load(sample, $0 &* 16) },
        { $1.store(frequencies[$0], row &+ tile &* multiplicity($0)) })
    }
  }

  /// Transforms the tiles of a coarse line, A, into the spectrum.
  @inline(never)
  static func coarseLineToSpectrum(_ line: WinogradLineRun, _ spectrum: SpectrumLine) {
    let frequencies = frequencies(spectrum)
    forEachVector(of: line, sampleStep: coarseSize, spectrum) { sample, row, tile in
      fromCoarse(
        { Vector.load(sample, $0 &* 16) },
        { $1.store(frequencies[$0], row &+ tile &* multiplicity($0)) })
    }
  }

  /// Writes the tiles of a coarse line, A^T of their spectrum.
  @inline(never)
  static func spectrumToCoarseLine(_ spectrum: SpectrumLine, _ line: WinogradLineRun) {
    let frequencies = frequencies(spectrum)
    forEachVector(of: line, sampleStep: coarseSize, spectrum) { sample, row, tile in
      toCoarse(
        { Vector.load(frequencies[$0], row &+ tile &* multiplicity($0)) },
        { $1.store(sample, $0 &* 16) })
    }
  }

  /// Writes the tiles of a fine line, B of their spectrum; what a tile shares with the one before it is added.
  @inline(never)
  static func spectrumToFineLine(_ spectrum: SpectrumLine, _ line: WinogradLineRun, stride: Int) {
    let overlap = fineSize - stride * coarseSize
    let frequencies = frequencies(spectrum)
    if line.isFirst { clearSamples(overlap, of: line) }
    forEachVector(of: line, sampleStep: coarseSize &* stride, spectrum) { sample, row, tile in
      @inline(__always) func store(_ x: Int, _ value: Vector) {
        let sum = x < overlap ? value + Vector.load(sample, x &* 16) : value
        sum.store(sample, x &* 16)
      }
      toFine({ Vector.load(frequencies[$0], row &+ tile &* multiplicity($0)) }, store)
    }
  }

  @inline(__always)
  private static func frequencies(_ spectrum: SpectrumLine) -> RowPointers {
    RowPointers { spectrum.frequency(min($0, frequencyCount - 1)) }
  }

  @inline(__always)
  private static func clearSamples(_ count: Int, of line: WinogradLineRun) {
    var panel = line.first
    var channel = 0
    while channel < line.channels {
      var offset = 0
      while offset < count &* 16 {
        Vector.zero.store(panel, offset)
        offset &+= 8
      }
      panel += line.panelStride
      channel &+= 16
    }
  }

  /// Calls `body` for every eight channels of every tile: with its first sample, and with two parts of the offset from
  /// the first tile's frequency to this one's, of which the second counts as often as the tile has that point.
  @inline(__always)
  private static func forEachVector(
    of line: WinogradLineRun, sampleStep: Int, _ spectrum: SpectrumLine,
    _ body: (_ sample: UnsafeMutablePointer<Float>, _ row: Int, _ tile: Int) -> Void
  ) {
    let end = line.tiles &* 16
    var panel = line.first
    var spectrumPanel = 0
    var channel = 0
    while channel < line.channels {
      let lanes = min(line.channels &- channel, 16)
      var sample = panel
      var tile = 0
      while tile < end {
        var lane = 0
        while lane < lanes {
          body(sample + lane, spectrumPanel &+ lane, tile)
          lane &+= 8
        }
        sample += sampleStep &* 16
        tile &+= 16
      }
      panel += line.panelStride
      spectrumPanel &+= spectrum.panelStride
      channel &+= 16
    }
  }
}
