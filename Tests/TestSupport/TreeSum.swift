/// Adds arrays element by element in the binary tree that every gradient is summed in, ((0+1)+(2+3))+…
///
/// - Precondition: their number is a power of two.
public func treeSum(_ parts: [[Float]]) -> [Float] {
  precondition(parts.count > 0 && parts.count & (parts.count - 1) == 0)
  if parts.count == 1 { return parts[0] }
  let half = parts.count / 2
  return zip(treeSum(Array(parts[..<half])), treeSum(Array(parts[half...]))).map { $0 + $1 }
}

/// Adds arrays element by element from left to right: the wrong order, which a test of the right one has to tell apart.
public func leftToRightSum(_ parts: [[Float]]) -> [Float] {
  parts.dropFirst().reduce(parts[0]) { sum, part in zip(sum, part).map { $0 + $1 } }
}

/// Where `shards` shards of `rows` rows begin and end: floor(s · rows / shards).
public func evenOffsets(rows: Int, shards: Int) -> [Int] {
  (0...shards).map { $0 * rows / shards }
}
