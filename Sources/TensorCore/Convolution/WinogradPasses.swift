// The loops around a tile's transforms. A tile row of an image is transformed down the columns first, all columns side
// by side, into one *line* a frequency; then each line along its pixels, tile by tile, into the spectrum. The way back
// goes the other way round.

/// Where up to eight rows begin, in registers.
struct RowPointers {
  private var p0, p1, p2, p3, p4, p5, p6, p7: UnsafeMutablePointer<Float>

  /// Rows at equal distances.
  @inline(__always)
  init(_ first: UnsafePointer<Float>, stride: Int) {
    self.init { UnsafeMutablePointer(mutating: first + $0 * stride) }
  }

  /// Rows wherever `row` says.
  @inline(__always)
  init(_ row: (Int) -> UnsafeMutablePointer<Float>) {
    (p0, p1, p2, p3) = (row(0), row(1), row(2), row(3))
    (p4, p5, p6, p7) = (row(4), row(5), row(6), row(7))
  }

  @inline(__always)
  subscript(_ index: Int) -> UnsafeMutablePointer<Float> {
    switch index {
    case 0: p0
    case 1: p1
    case 2: p2
    case 3: p3
    case 4: p4
    case 5: p5
    case 6: p6
    default: p7
    }
  }
}

/// Where the frequencies of one line go in a spectrum (`WinogradSpectrum`).
struct SpectrumLine {
  /// The first panel of 16 channels, and the floats from one panel to the next.
  var panel: UnsafeMutablePointer<Float>
  var panelStride: Int
  /// For each frequency of each tile: where its rows begin, and how far apart they are for neighbouring lines.
  var offsets: UnsafePointer<Int>
  var steps: UnsafePointer<Int>
  /// How many lines with the same points came before.
  var line: Int

  @inline(__always)
  func frequency(_ index: Int) -> UnsafeMutablePointer<Float> {
    panel + (offsets[index] + line * steps[index])
  }
}

extension WinogradTile {
  /// lines[f][x] = B^T rows[…][x] for x below `count`, a multiple of 8.
  @inline(never)
  static func fineRowsToLines(_ rows: RowPointers, _ lines: RowPointers, count: Int) {
    var x = 0
    while x < count {
      fromFine({ Vector.load(rows[$0], x) }, { $1.store(lines[$0], x) })
      x &+= 8
    }
  }

  /// lines[f][x] = A rows[…][x].
  @inline(never)
  static func coarseRowsToLines(_ rows: RowPointers, _ lines: RowPointers, count: Int) {
    var x = 0
    while x < count {
      fromCoarse({ Vector.load(rows[$0], x) }, { $1.store(lines[$0], x) })
      x &+= 8
    }
  }

  /// rows[y][x] = finish(A^T lines[…][x] + bias[x]).
  @inline(never)
  static func linesToCoarseRows(
    _ lines: RowPointers, _ rows: RowPointers, count: Int, bias: UnsafePointer<Float>, negativeSlope: Float
  ) {
    var x = 0
    while x < count {
      let offset = Vector.load(bias, x)
      toCoarse({ Vector.load(lines[$0], x) }) { y, sum in
        (sum + offset).scaledWhereNegative(by: negativeSlope).store(rows[y], x)
      }
      x &+= 8
    }
  }

  /// rows[y][x] = finish(B lines[…][x] + bias[x]), where the first rows, which the tile above has begun, get what is in
  /// `added` on top, and the last ones, which the tile below ends, are neither given a bias nor finished.
  @inline(never)
  static func linesToFineRows(
    _ lines: RowPointers, _ rows: RowPointers, added: RowPointers, count: Int, bias: UnsafePointer<Float>,
    negativeSlope: Float, stride: Int
  ) {
    let overlap = fineSize - stride * coarseSize
    var x = 0
    while x < count {
      let offset = Vector.load(bias, x)
      toFine({ Vector.load(lines[$0], x) }) { y, value in
        var sum = value
        if y < overlap { sum += Vector.load(added[y], x) }
        if y < fineSize - overlap { sum = (sum + offset).scaledWhereNegative(by: negativeSlope) }
        sum.store(rows[y], x)
      }
      x &+= 8
    }
  }

  /// Transforms neighbouring tiles of a fine line, B^T, into the spectrum.
  @inline(never)
  static func fineLineToSpectrum(
    _ line: UnsafePointer<Float>, _ spectrum: SpectrumLine, tiles: Int, stride: Int, channels: Int
  ) {
    for tile in 0..<tiles {
      let samples = RowPointers(line + tile * coarseSize * stride * channels, stride: channels)
      let frequencies = RowPointers {
        spectrum.frequency(tile * frequencyCount + min($0, frequencyCount - 1))
      }
      forEachChannelVector(channels, panelStride: spectrum.panelStride) { channel, offset in
        fromFine({ Vector.load(samples[$0], channel) }, { $1.store(frequencies[$0], offset) })
      }
    }
  }

  /// Transforms neighbouring tiles of a coarse line, A, into the spectrum.
  @inline(never)
  static func coarseLineToSpectrum(
    _ line: UnsafePointer<Float>, _ spectrum: SpectrumLine, tiles: Int, channels: Int
  ) {
    for tile in 0..<tiles {
      let samples = RowPointers(line + tile * coarseSize * channels, stride: channels)
      let frequencies = RowPointers {
        spectrum.frequency(tile * frequencyCount + min($0, frequencyCount - 1))
      }
      forEachChannelVector(channels, panelStride: spectrum.panelStride) { channel, offset in
        fromCoarse({ Vector.load(samples[$0], channel) }, { $1.store(frequencies[$0], offset) })
      }
    }
  }

  /// Writes neighbouring tiles of a coarse line, A^T of their spectrum.
  @inline(never)
  static func spectrumToCoarseLine(
    _ spectrum: SpectrumLine, _ line: UnsafeMutablePointer<Float>, tiles: Int, channels: Int
  ) {
    for tile in 0..<tiles {
      let samples = RowPointers(line + tile * coarseSize * channels, stride: channels)
      let frequencies = RowPointers {
        spectrum.frequency(tile * frequencyCount + min($0, frequencyCount - 1))
      }
      forEachChannelVector(channels, panelStride: spectrum.panelStride) { channel, offset in
        toCoarse({ Vector.load(frequencies[$0], offset) }, { $1.store(samples[$0], channel) })
      }
    }
  }

  /// Writes neighbouring tiles of a fine line, B of their spectrum; what a tile shares with the one before it is added.
  @inline(never)
  static func spectrumToFineLine(
    _ spectrum: SpectrumLine, _ line: UnsafeMutablePointer<Float>, tiles: Int, stride: Int, channels: Int
  ) {
    let overlap = fineSize - stride * coarseSize
    for tile in 0..<tiles {
      let samples = RowPointers(line + tile * coarseSize * stride * channels, stride: channels)
      let frequencies = RowPointers {
        spectrum.frequency(tile * frequencyCount + min($0, frequencyCount - 1))
      }
      forEachChannelVector(channels, panelStride: spectrum.panelStride) { channel, offset in
        toFine({ Vector.load(frequencies[$0], offset) }) { x, value in
          let sum = x < overlap ? value + Vector.load(samples[x], channel) : value
          sum.store(samples[x], channel)
        }
      }
    }
  }
}

/// Calls `body` with the channel and its place in the panels for every eight channels.
@inline(__always)
private func forEachChannelVector(
  _ channels: Int, panelStride: Int, _ body: (_ channel: Int, _ offset: Int) -> Void
) {
  var channel = 0
  var panel = 0
  while channel < channels {
    var offset = panel
    let end = min(channel &+ 16, channels)
    while channel < end {
      body(channel, offset)
      channel &+= 8
      offset &+= 8
    }
    panel &+= panelStride
  }
}
