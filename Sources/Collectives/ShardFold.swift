/// Adds rows in the order of a perfect binary tree, ((0+1)+(2+3))+((4+5)+(6+7)), in place: row 0 becomes the sum, the
/// others hold partial sums. `rows` is (count,width); count is a power of two.
///
/// This is the part of the tree over shards that lies inside one rank; `ProcessGroup.sumInPlace` adds the part between
/// ranks.
public func foldInTreeOrder(_ rows: UnsafeMutableBufferPointer<Float>, count: Int) {
  foldRows(rows, count)
}

/// The same in double precision.
public func foldInTreeOrder(_ rows: UnsafeMutableBufferPointer<Double>, count: Int) {
  foldRows(rows, count)
}

private func foldRows<Element: TreeSummable>(_ rows: UnsafeMutableBufferPointer<Element>, _ count: Int) {
  precondition(count > 0 && count & (count - 1) == 0 && rows.count % count == 0)
  guard let base = rows.baseAddress else { return }
  let width = rows.count / count
  var distance = 1
  while distance < count {
    for row in stride(from: 0, to: count, by: 2 * distance) {
      Element.add(base + (row + distance) * width, to: base + row * width, count: width)
    }
    distance *= 2
  }
}

extension ProcessGroup {
  /// The sum over all shards of all ranks, in tree order: the same bits on every rank and at any number of ranks.
  ///
  /// `shardPartials` is (shards of this rank, width), a row for each shard from the rank's first; an empty shard has a
  /// row of zeros. The number of rows is a power of two and equal on all ranks. Gives `width` sums.
  public func sum(
    shardPartials: UnsafeBufferPointer<Double>, width: Int, phase: String = "sum of shards"
  ) -> [Double] {
    precondition(width > 0 && shardPartials.count % width == 0)
    var rows = Array(shardPartials)
    rows.withUnsafeMutableBufferPointer { rows in
      foldInTreeOrder(rows, count: rows.count / width)
      sumInPlace(UnsafeMutableBufferPointer(rebasing: rows[..<width]), phase: phase)
    }
    rows.removeLast(rows.count - width)
    return rows
  }
}
