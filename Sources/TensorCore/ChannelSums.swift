/// sums[c] = sum over rows and pixels of images[row, pixel, c]: pixels of a shard's rows in order, shards in a binary
/// tree. A convolution's bias gradient.
public func channelSums(
  _ images: UnsafePointer<Float>, shape: ImageShape, into sums: UnsafeMutablePointer<Float>,
  rows: ShardedRows,
  team: ThreadTeam
) {
  let pixels = ShardedRows(offsets: rows.offsets.map { $0 * shape.pixelCount })
  columnSums(images, into: sums, rows: pixels, columns: shape.channels, team: team)
}
