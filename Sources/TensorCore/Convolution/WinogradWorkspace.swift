/// What one thread needs to take images to their spectrum and back, carved out of one piece of memory.
struct WinogradWorkspace {
  /// The lines of a tile row; their columns outside the image are and stay zero.
  let fineLines: UnsafeMutablePointer<Float>
  let coarseLines: UnsafeMutablePointer<Float>
  let fineLineStride: Int
  let coarseLineStride: Int
  /// Rows outside an image: read from the one, written to the other.
  let zeroRow: UnsafeMutablePointer<Float>
  let unusedRow: UnsafeMutablePointer<Float>
  /// The bias of each value of a row.
  let biasRow: UnsafeMutablePointer<Float>
  /// For each vertical point, the lines of this block so far.
  let lineCounts: UnsafeMutablePointer<Int>
  private static let mostLines = 8

  /// Floats of memory it takes.
  static func count(_ plan: WinogradPlan) -> Int {
    mostLines * (fineLineCount(plan) + coarseLineCount(plan)) + 3 * rowCount(plan) + 16
  }

  private static func fineLineCount(_ plan: WinogradPlan) -> Int {
    plan.fineLineWidth * plan.geometry.fine.channels
  }

  private static func coarseLineCount(_ plan: WinogradPlan) -> Int {
    plan.coarseLineWidth * plan.geometry.coarse.channels
  }

  private static func rowCount(_ plan: WinogradPlan) -> Int {
    max(fineLineCount(plan), coarseLineCount(plan))
  }

  /// - Parameter memory: `count` floats, aligned to 64 bytes.
  init(_ plan: WinogradPlan, memory: UnsafeMutablePointer<Float>) {
    fineLineStride = Self.fineLineCount(plan)
    coarseLineStride = Self.coarseLineCount(plan)
    memory.update(repeating: 0, count: Self.count(plan))
    fineLines = memory
    coarseLines = fineLines + Self.mostLines * fineLineStride
    zeroRow = coarseLines + Self.mostLines * coarseLineStride
    unusedRow = zeroRow + Self.rowCount(plan)
    biasRow = unusedRow + Self.rowCount(plan)
    lineCounts = UnsafeMutableRawPointer(biasRow + Self.rowCount(plan)).bindMemory(to: Int.self, capacity: 8)
  }

  /// Repeats the bias for every pixel of a row.
  func setBias(_ bias: UnsafePointer<Float>?, shape: ImageShape) {
    guard let bias else { return }
    for x in 0..<shape.width {
      (biasRow + x * shape.channels).update(from: bias, count: shape.channels)
    }
  }

  func resetLineCounts() { lineCounts.update(repeating: 0, count: 8) }
}
