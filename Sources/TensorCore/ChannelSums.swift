/// sums[c] = sum over rows and pixels of images[row, pixel, c]: a convolution's bias gradient.
///
/// Each image by itself, then the images of a shard in order, and the shards in a binary tree. One chain over all pixels
/// of a shard would be up to 5e-4 off where gradients are nearly equal, as those of a background: every addition to a
/// sum that has become large is then rounded the same way.
public func channelSums(
  _ images: UnsafePointer<Float>, shape: ImageShape, into sums: UnsafeMutablePointer<Float>,
  rows: ShardedRows,
  team: ThreadTeam
) {
  let channels = shape.channels
  withUnsafeTemporaryAllocation(byteCount: max(1, rows.rowCount * channels) * 4, alignment: 64) { raw in
    let imageSums = raw.bindMemory(to: Float.self).baseAddress!
    team.forEachRange(rows.rowCount) { range in
      for row in range {
        sumPixels(of: images + row * shape.count, shape: shape, into: imageSums + row * channels)
      }
    }
    columnSums(imageSums, into: sums, rows: rows, columns: channels, team: team)
  }
}

private func sumPixels(
  of image: UnsafePointer<Float>, shape: ImageShape, into sums: UnsafeMutablePointer<Float>
) {
  let channels = shape.channels
  if channels < 8 {
    // Eight pixels are a whole number of vectors: sum every eighth pixel, then the eight.
    let wide = 8 * channels
    withUnsafeTemporaryAllocation(byteCount: wide * 4, alignment: 64) { raw in
      let eight = raw.bindMemory(to: Float.self).baseAddress!
      sumRows(image, stride: wide, columns: wide, count: shape.count, into: eight)
      sumRows(eight, stride: channels, columns: channels, count: wide, into: sums)
    }
  } else {
    sumRows(image, stride: channels, columns: channels, count: shape.count, into: sums)
  }
}

/// sums[j] = sum over i of values[i * stride + j] for j below `columns`, of the first `count` values.
@inline(__always)
private func sumRows(
  _ values: UnsafePointer<Float>, stride: Int, columns: Int, count: Int,
  into sums: UnsafeMutablePointer<Float>
) {
  var column = 0
  while column < columns {
    let width = min(8, columns - column)
    var sum = Vector.zero
    var offset = column
    while offset + 8 <= count && width == 8 {
      sum += Vector.load(values, offset)
      offset += stride
    }
    while offset < count {
      sum += Vector.loadPartial(values + offset, count: min(width, count - offset))
      offset += stride
    }
    sum.storePartial(sums + column, count: width)
    column += 8
  }
}
