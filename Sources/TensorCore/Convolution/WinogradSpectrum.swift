/// How the transformed tiles of a block of tile rows lie in memory.
///
/// Everything that is multiplied with the same sum of taps, (vertical point, horizontal point), is a *plane*: a matrix of
/// (rows, channels). All planes follow one another as rows of 16 channels, and there is a panel of such rows for every 16
/// channels: value (row, channel) of a plane is at
///     panel(channel / 16) + (plane's first row + row) * 16 + channel % 16.
/// So products stream over rows that touch, whether they run over channels or over rows.
final class WinogradSpectrum {
  /// Tile rows of a block. An image has a few, and a block may begin at any of them.
  let tileRows: Int
  /// Floats from one panel to the next.
  let panelStride: Int
  let pointCount: Int
  /// Where each plane begins in a panel, in floats.
  let planeOffsets: AlignedBuffer<Int>
  /// For each vertical point and each frequency of a line, where its rows begin in a panel.
  let lineOffsets: AlignedBuffer<Int>
  /// For each frequency of a line, how far apart the rows of neighbouring lines are.
  let lineSteps: AlignedBuffer<Int>
  /// How many rows each line adds to a plane, for each horizontal point.
  let rowsPerLine: AlignedBuffer<Int>
  let lineFrequencyCount: Int

  init(vertical: WinogradAxis, horizontal: WinogradAxis, tileRows: Int) {
    self.tileRows = tileRows
    pointCount = vertical.pointCounts.count
    lineFrequencyCount = horizontal.frequencies.count
    let lines = Self.mostLines(vertical, tileRows: tileRows)
    var rows = 0
    var offsets: [Int] = []
    for verticalPoint in 0..<pointCount {
      for horizontalPoint in 0..<pointCount {
        offsets.append(rows * 16)
        rows += lines[verticalPoint] * horizontal.pointCounts[horizontalPoint]
      }
    }
    // The last product tile of a plane may write a few rows too many; the next plane overwrites them.
    panelStride = (rows + ProductTile6x16.rows) * 16
    let points = pointCount
    planeOffsets = AlignedBuffer(offsets)
    lineOffsets = AlignedBuffer(
      (0..<points).flatMap { verticalPoint in
        horizontal.frequencies.map { offsets[verticalPoint * points + $0.point] + $0.position * 16 }
      })
    lineSteps = AlignedBuffer(horizontal.frequencies.map { horizontal.pointCounts[$0.point] * 16 })
    rowsPerLine = AlignedBuffer(horizontal.pointCounts)
  }

  /// The most lines that a block can have of each vertical point, wherever in an image it begins.
  private static func mostLines(_ axis: WinogradAxis, tileRows: Int) -> [Int] {
    let pattern = axis.runs.flatMap { [[Int]](repeating: $0.tile.points, count: $0.tiles) }
    var most = [Int](repeating: 0, count: axis.pointCounts.count)
    for first in pattern.indices {
      var counts = axis.pointCounts.map { $0 * (tileRows / pattern.count) }
      for next in 0..<tileRows % pattern.count {
        for point in pattern[(first + next) % pattern.count] { counts[point] += 1 }
      }
      for point in counts.indices { most[point] = max(most[point], counts[point]) }
    }
    return most
  }

  /// Floats of a block with so many channels.
  func count(channels: Int) -> Int { (channels + 15) / 16 * panelStride }

  /// Where the frequencies of a line go, from that frequency on.
  @inline(__always)
  func line(
    _ spectrum: UnsafeMutablePointer<Float>, verticalPoint: Int, line: Int, firstFrequency: Int
  ) -> SpectrumLine {
    SpectrumLine(
      panel: spectrum, panelStride: panelStride,
      offsets: UnsafePointer(lineOffsets.pointer) + (verticalPoint * lineFrequencyCount + firstFrequency),
      steps: UnsafePointer(lineSteps.pointer) + firstFrequency, line: line)
  }
}
