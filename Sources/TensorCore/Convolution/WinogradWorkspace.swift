/// What one thread needs to take images to their spectrum and back, carved out of one piece of memory.
struct WinogradWorkspace {
  /// The lines of a tile row, a few panels at a time; their columns outside the image are and stay zero.
  let fine: LineBuffer
  let coarse: LineBuffer
  /// Rows outside an image: read from the one, written to the other.
  let zeroRow: UnsafeMutablePointer<Float>
  let unusedRow: UnsafeMutablePointer<Float>
  /// A value a channel, and zeros up to the next 16.
  let bias: UnsafeMutablePointer<Float>
  /// For each vertical point, the lines of this block so far; and the number of each of a tile row's lines among them.
  let lineCounts: UnsafeMutablePointer<Int>
  let lineNumbers: UnsafeMutablePointer<Int>

  /// Memory for the lines of one of the images.
  struct LineBuffer {
    let memory: UnsafeMutablePointer<Float>
    /// Panels of 16 channels at a time.
    let panels: Int
    let panelStride: Int
    let lineStride: Int

    /// Half of the first-level cache.
    private static let byteCount = 16_384
    fileprivate static let mostLines = 8

    fileprivate init(width: Int, channels: Int, memory: UnsafeMutablePointer<Float>) {
      (panels, panelStride, lineStride) = Self.layout(width: width, channels: channels)
      self.memory = memory
    }

    private static func layout(width: Int, channels: Int) -> (panels: Int, panelStride: Int, lineStride: Int)
    {
      let panels = min((channels + 15) / 16, max(1, byteCount / (4 * mostLines * width * 16)))
      // An odd number of cache lines, so that lines don't compete for the same places in the cache.
      return (panels, width * 16, panels * width * 16 | 16)
    }

    fileprivate static func count(width: Int, channels: Int) -> Int {
      mostLines * layout(width: width, channels: channels).lineStride
    }
  }

  /// Floats of memory it takes.
  static func count(_ plan: WinogradPlan) -> Int {
    let geometry = plan.geometry
    return LineBuffer.count(width: plan.fineLineWidth, channels: geometry.fine.channels)
      + LineBuffer.count(width: plan.coarseLineWidth, channels: geometry.coarse.channels)
      + 2 * rowCount(plan) + biasCount(plan) + 32
  }

  private static func rowCount(_ plan: WinogradPlan) -> Int {
    let geometry = plan.geometry
    return max(
      geometry.fine.width * geometry.fine.channels, geometry.coarse.width * geometry.coarse.channels)
  }

  private static func biasCount(_ plan: WinogradPlan) -> Int { 16 * max(plan.finePanels, plan.coarsePanels) }

  /// - Parameter memory: `count` floats, aligned to 64 bytes.
  init(_ plan: WinogradPlan, memory: UnsafeMutablePointer<Float>) {
    let geometry = plan.geometry
    memory.update(repeating: 0, count: Self.count(plan))
    fine = LineBuffer(width: plan.fineLineWidth, channels: geometry.fine.channels, memory: memory)
    coarse = LineBuffer(
      width: plan.coarseLineWidth, channels: geometry.coarse.channels,
      memory: memory + LineBuffer.mostLines * fine.lineStride)
    zeroRow = coarse.memory + LineBuffer.mostLines * coarse.lineStride
    unusedRow = zeroRow + Self.rowCount(plan)
    bias = unusedRow + Self.rowCount(plan)
    lineCounts = UnsafeMutableRawPointer(bias + Self.biasCount(plan)).bindMemory(to: Int.self, capacity: 16)
    lineNumbers = lineCounts + 8
  }

  func setBias(_ values: UnsafePointer<Float>?, channels: Int) {
    if let values { bias.update(from: values, count: channels) }
  }

  func resetLineCounts() { lineCounts.update(repeating: 0, count: 8) }

  /// Numbers the lines of one more tile row.
  func countLines(_ points: [Int]) {
    for (line, point) in points.enumerated() {
      lineNumbers[line] = lineCounts[point]
      lineCounts[point] += 1
    }
  }
}
