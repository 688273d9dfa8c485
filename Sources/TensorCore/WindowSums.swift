/// Sums over the 7x7 windows of a plane of Doubles, formed for rows of windows from top to bottom: seven rows are added to
/// one, then seven columns of that.
///
/// All sums have a fixed order, so that a vector's lanes and a plane's columns have the same bits wherever they stand.
struct WindowSums {
  static let size = 7
  typealias Lanes = SIMD4<Double>

  /// Elements from one row of a plane to the next; columns beyond the image's are zeros.
  let stride: Int

  /// Elements from row to row that leave room for loads under a window that begins in any of `columns` columns.
  static func stride(columns: Int) -> Int {
    (columns + size + 2 * Lanes.scalarCount - 1) / Lanes.scalarCount * Lanes.scalarCount
  }

  /// columnSums[j] = Σ plane[row + k, j] for k in 0..<7, for every vector that begins below `columns`.
  @inline(__always)
  func addRows(
    _ plane: UnsafePointer<Double>, row: Int, columns: Int, to columnSums: UnsafeMutablePointer<Double>
  ) {
    var column = 0
    while column < columns {
      Self.store(Self.sevenSum(plane + (row &* stride &+ column), step: stride), columnSums + column)
      column &+= Lanes.scalarCount
    }
  }

  /// Σ columnSums[column + lane + k] for k in 0..<7, in each lane.
  @inline(__always)
  func sum(_ columnSums: UnsafePointer<Double>, column: Int) -> Lanes {
    Self.sevenSum(columnSums + column, step: 1)
  }

  @inline(__always)
  static func load(_ pointer: UnsafePointer<Double>) -> Lanes {
    UnsafeRawPointer(pointer).loadUnaligned(as: Lanes.self)
  }

  @inline(__always)
  static func store(_ lanes: Lanes, _ pointer: UnsafeMutablePointer<Double>) {
    UnsafeMutableRawPointer(pointer).storeBytes(of: lanes, as: Lanes.self)
  }

  @inline(__always)
  private static func sevenSum(_ first: UnsafePointer<Double>, step: Int) -> Lanes {
    let low = (load(first) + load(first + step)) + (load(first + 2 &* step) + load(first + 3 &* step))
    let high = (load(first + 4 &* step) + load(first + 5 &* step)) + load(first + 6 &* step)
    return low + high
  }
}
