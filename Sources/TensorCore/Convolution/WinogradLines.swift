/// Where up to eight rows begin, in registers.
struct RowPointers {
  private var p0, p1, p2, p3, p4, p5, p6, p7: UnsafeMutablePointer<Float>

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

/// A tile row of an image, transformed down the columns: a line for each frequency, as panels of 16 channels.
///
/// A few panels at a time, so that the lines stay in the first-level cache until they are transformed along the row.
/// Value (pixel, channel) of a line's panel is at pixel * 16 + channel.
struct WinogradLines {
  /// The first line's first panel, at the image's first column.
  var first: UnsafeMutablePointer<Float>
  var lineStride: Int
  var panelStride: Int
  /// Columns of the image, and channels of its pixels.
  var pixels: Int
  var imageChannels: Int
  /// Channels in these panels.
  var channels: Int

  @inline(__always)
  var starts: RowPointers { RowPointers { first + $0 &* lineStride } }

  /// Calls `body` for every eight channels of a line with their offsets: in the image's row, in the lines, and among the
  /// channels.
  @inline(__always)
  func forEachVector(_ body: (_ image: Int, _ line: Int, _ channel: Int) -> Void) {
    var panel = 0
    var channel = 0
    while channel < channels {
      let end = min(channel &+ 16, channels)
      var pixel = channel
      var line = panel
      let lineEnd = panel &+ pixels &* 16
      while line < lineEnd {
        var (image, value, lane) = (pixel, line, channel)
        while lane < end {
          body(image, value, lane)
          image &+= 8
          value &+= 8
          lane &+= 8
        }
        pixel &+= imageChannels
        line &+= 16
      }
      panel &+= panelStride
      channel &+= 16
    }
  }
}

/// A row of equal tiles on a line.
struct WinogradLineRun {
  /// The first panel, where the first tile begins.
  var first: UnsafeMutablePointer<Float>
  var panelStride: Int
  var channels: Int
  var tiles: Int
  /// Whether no tile comes before.
  var isFirst: Bool
}

/// Where the frequencies of a row of equal tiles go in a spectrum (`WinogradSpectrum`).
struct SpectrumLine {
  /// The first panel of 16 channels, and the floats from one panel to the next.
  var panel: UnsafeMutablePointer<Float>
  var panelStride: Int
  /// For each frequency of the first tile: where its rows begin, and how far apart they are for neighbouring lines.
  var offsets: UnsafePointer<Int>
  var steps: UnsafePointer<Int>
  /// How many lines with the same point came before.
  var line: Int

  @inline(__always)
  func frequency(_ index: Int) -> UnsafeMutablePointer<Float> {
    panel + (offsets[index] &+ line &* steps[index])
  }
}
