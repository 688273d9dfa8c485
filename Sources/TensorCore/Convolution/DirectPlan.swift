/// How a correlation or a spreading is cut into tiles: decided once, from the geometry alone.
///
/// Every output pixel is a sum over a rectangle of input pixels, those of its window that exist: `rows` runs of `terms`
/// neighbouring floats. Pixels with the same rectangle of taps form a class, whose tiles may take any of them from any
/// image. Nothing is padded or copied, and no work is spent on zeros: neither those between the pixels of a coarse image
/// that is spread, nor those around an image.
struct DirectPlan {
  /// Pixels that sum over the same taps.
  struct PixelClass {
    /// Where its pixels begin in the tables of offsets.
    var firstPixel: Int
    /// Pixels of one image.
    var pixelCount: Int
    /// Rows of taps.
    var rows: Int
    /// Products of a row: taps by input channels.
    var terms: Int
    /// Where the panel's terms of the first row begin, and those of the next row, in terms.
    var panelOffset: Int
    var panelStride: Int
    /// Where the class begins in the table of terms, if its rows are short.
    var firstTerm: Int
  }

  /// A tap of the kernel, in the order of a panel.
  struct Tap {
    var row: Int
    var column: Int
  }

  /// Images that the tables cover: as many as a tile has rows, so that whole groups leave none of them idle.
  static let groupSize = ProductTile6x16.rows

  /// Rows of so many terms get a loop each.
  static let longRow = 8

  let input: ImageShape
  let output: ImageShape
  let taps: [Tap]
  let classes: AlignedBuffer<PixelClass>
  /// For each class its pixels of `groupSize` images, image by image: where the first float of the window lies in the
  /// group's input, and where the pixel lies in its output.
  let inputOffsets: AlignedBuffer<Int32>
  let outputOffsets: AlignedBuffer<Int32>
  /// For classes with rows of fewer than `longRow` terms, where each of the terms lies in a window and in the panel from the
  /// class's first one on, so that one loop goes over all of them.
  let terms: AlignedBuffer<TermOffsets>

  /// Terms of a panel.
  var termCount: Int { taps.count * input.channels }

  static func correlating(_ geometry: ConvolutionGeometry) -> DirectPlan {
    DirectPlan(
      input: geometry.fine, output: geometry.coarse,
      vertical: .correlating(
        inputs: geometry.fine.height, outputs: geometry.coarse.height, kernel: geometry.kernelHeight,
        stride: geometry.stride, padding: geometry.paddingTop),
      horizontal: .correlating(
        inputs: geometry.fine.width, outputs: geometry.coarse.width, kernel: geometry.kernelWidth,
        stride: geometry.stride, padding: geometry.paddingLeft))
  }

  static func spreading(_ geometry: ConvolutionGeometry) -> DirectPlan {
    DirectPlan(
      input: geometry.coarse, output: geometry.fine,
      vertical: .spreading(
        inputs: geometry.coarse.height, outputs: geometry.fine.height, kernel: geometry.kernelHeight,
        stride: geometry.stride, padding: geometry.paddingTop),
      horizontal: .spreading(
        inputs: geometry.coarse.width, outputs: geometry.fine.width, kernel: geometry.kernelWidth,
        stride: geometry.stride, padding: geometry.paddingLeft))
  }

  private init(input: ImageShape, output: ImageShape, vertical: DirectAxis, horizontal: DirectAxis) {
    self.input = input
    self.output = output
    var taps: [Tap] = []
    var firstTaps: [[Int]] = []
    for rows in vertical.phases {
      firstTaps.append([])
      for columns in horizontal.phases {
        firstTaps[firstTaps.count - 1].append(taps.count)
        for row in rows { for column in columns { taps.append(Tap(row: row, column: column)) } }
      }
    }
    self.taps = taps
    inputOffsets = AlignedBuffer(count: Self.groupSize * output.pixelCount)
    outputOffsets = AlignedBuffer(count: Self.groupSize * output.pixelCount)
    var classes: [PixelClass] = []
    var terms: [TermOffsets] = []
    var entry = 0
    for rows in vertical.classes {
      for columns in horizontal.classes {
        let y = vertical.places[rows[0]]
        let x = horizontal.places[columns[0]]
        let width = horizontal.phases[x.phase].count
        let exists = !y.taps.isEmpty && !x.taps.isEmpty
        let firstTap =
          firstTaps[y.phase][x.phase] + (exists ? y.taps.lowerBound * width + x.taps.lowerBound : 0)
        classes.append(
          PixelClass(
            firstPixel: entry, pixelCount: rows.count * columns.count, rows: exists ? y.taps.count : 0,
            terms: x.taps.count * input.channels, panelOffset: firstTap * input.channels,
            panelStride: width * input.channels, firstTerm: terms.count))
        if x.taps.count * input.channels < Self.longRow {
          for row in 0..<(exists ? y.taps.count : 0) {
            for term in 0..<x.taps.count * input.channels {
              terms.append(
                TermOffsets(
                  left: Int32(row * input.width * input.channels + term),
                  right: Int32((row * width * input.channels + term) * 16)))
            }
          }
        }
        for image in 0..<Self.groupSize {
          for row in rows {
            for column in columns {
              let first = vertical.places[row].first * input.width + horizontal.places[column].first
              let place = row * output.width + column
              inputOffsets.pointer[entry] = Int32(image * input.count + first * input.channels)
              outputOffsets.pointer[entry] = Int32(image * output.count + place * output.channels)
              entry += 1
            }
          }
        }
      }
    }
    self.classes = AlignedBuffer(classes)
    self.terms = AlignedBuffer(terms)
  }
}
