/// Sets each row of `target` to a point between those of `first` and `second`: part · first + (1 - part) · second, with a part
/// of its own for each row. 0 gives `second` to the bit.
///
/// - Parameters:
///   - parts: (rows).
///   - target: (rows, columns).
public func mixRows(
  _ first: UnsafePointer<Float>, _ second: UnsafePointer<Float>, parts: UnsafePointer<Float>,
  into target: UnsafeMutablePointer<Float>, rows: Int, columns: Int, team: ThreadTeam
) {
  team.forEachRange(rows) { range in
    for row in range {
      let offset = row * columns
      let part = Vector(repeating: parts[row])
      mapVectors(first + offset, second + offset, target + offset, count: columns) { first, second in
        multiplyAdd(part, first - second, second)
      }
    }
  }
}
