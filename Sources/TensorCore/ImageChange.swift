/// What augmentation does to one image of a single channel: it moves it by whole pixels, then cuts a rectangle out.
///
///     output(y, x) = 0 inside the cut, else image(y + rowShift, x + columnShift), 0 beyond its borders
///
/// Linear in the image, so that gradients go back by the transposed map.
public struct ImageChange: Sendable, Equatable {
  public var rowShift: Int
  public var columnShift: Int
  /// Lines and columns of the cut, both within the image; none where one of them is empty.
  public var cutRows: Range<Int>
  public var cutColumns: Range<Int>

  public init(
    rowShift: Int = 0, columnShift: Int = 0, cutRows: Range<Int> = 0..<0, cutColumns: Range<Int> = 0..<0
  ) {
    self.rowShift = rowShift
    self.columnShift = columnShift
    self.cutRows = cutRows
    self.cutColumns = cutColumns
  }

  /// The largest shift along a side: an eighth of it, rounded.
  public static func largestShift(side: Int) -> Int { (side + 4) / 8 }

  /// Pixels of a cut along a side: half of it, rounded.
  public static func cutSize(side: Int) -> Int { (side + 1) / 2 }

  /// How many places the centre of a cut can have along a side, from 0 on: one more than there are pixels where the cut is
  /// even, for its centre then lies between two.
  public static func cutCentres(side: Int) -> Int { side + 1 - cutSize(side: side) % 2 }

  /// The pixels of a cut around a centre, as far as they are in the image.
  public static func cut(centre: Int, side: Int) -> Range<Int> {
    let size = cutSize(side: side)
    let first = centre - size / 2
    return max(first, 0)..<min(first + size, side)
  }

  /// The transposed map: ⟨change(a), b⟩ = ⟨a, transposed(b)⟩. The cut moves back with the pixels.
  public func transposed(height: Int, width: Int) -> ImageChange {
    func moved(_ range: Range<Int>, by shift: Int, side: Int) -> Range<Int> {
      let lower = min(max(range.lowerBound + shift, 0), side)
      return lower..<max(lower, min(range.upperBound + shift, side))
    }
    return ImageChange(
      rowShift: -rowShift, columnShift: -columnShift,
      cutRows: moved(cutRows, by: rowShift, side: height),
      cutColumns: moved(cutColumns, by: columnShift, side: width))
  }
}
