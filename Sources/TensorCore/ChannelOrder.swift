/// Copies images from channels last to channels first, the order of PyTorch's flat rows.
///
/// - Parameters:
///   - images: (rows, height, width, channels).
///   - output: (rows, channels, height, width).
public func channelsFirst(
  _ images: UnsafePointer<Float>, shape: ImageShape, into output: UnsafeMutablePointer<Float>, rows: Int,
  team: ThreadTeam
) {
  transposeRows(
    images, height: shape.pixelCount, width: shape.channels, into: output, rows: rows, team: team)
}

/// Copies images from channels first to channels last: the inverse of `channelsFirst`.
public func channelsLast(
  _ images: UnsafePointer<Float>, shape: ImageShape, into output: UnsafeMutablePointer<Float>, rows: Int,
  team: ThreadTeam
) {
  transposeRows(
    images, height: shape.channels, width: shape.pixelCount, into: output, rows: rows, team: team)
}

/// Transposes `rows` matrices, each (height, width).
private func transposeRows(
  _ matrices: UnsafePointer<Float>, height: Int, width: Int, into output: UnsafeMutablePointer<Float>,
  rows: Int, team: ThreadTeam
) {
  let count = height * width
  team.forEachRange(rows) { range in
    let matrix = matrices + range.lowerBound * count
    let result = output + range.lowerBound * count
    if height == 1 || width == 1 {
      result.update(from: matrix, count: range.count * count)
    } else {
      for row in 0..<range.count {
        transpose(matrix + row * count, height: height, width: width, into: result + row * count)
      }
    }
  }
}

/// Transposes a matrix in blocks of 8 by 8. The last block of a side that is no multiple of 8 reaches back into the one
/// before it and writes the same values again.
private func transpose(
  _ matrix: UnsafePointer<Float>, height: Int, width: Int, into result: UnsafeMutablePointer<Float>
) {
  if height < 8 || width < 8 {
    for row in 0..<height {
      for column in 0..<width { result[column &* height &+ row] = matrix[row &* width &+ column] }
    }
    return
  }
  for nextRow in stride(from: 0, to: height, by: 8) {
    let row = min(nextRow, height - 8)
    for nextColumn in stride(from: 0, to: width, by: 8) {
      let column = min(nextColumn, width - 8)
      transposeBlock(
        matrix + (row * width + column), rowStride: width, result + (column * height + row),
        resultStride: height)
    }
  }
}

extension ImageShape {
  /// `channelsFirst` as it is defined.
  public func channelsFirstReference<Scalar>(_ images: [Scalar], rows: Int) -> [Scalar] {
    (0..<rows * count).map { place in
      let (plane, pixel) = place.quotientAndRemainder(dividingBy: pixelCount)
      let (row, channel) = plane.quotientAndRemainder(dividingBy: channels)
      return images[row * count + pixel * channels + channel]
    }
  }

  /// `channelsLast` as it is defined.
  public func channelsLastReference<Scalar>(_ images: [Scalar], rows: Int) -> [Scalar] {
    ImageShape(height: 1, width: channels, channels: pixelCount).channelsFirstReference(images, rows: rows)
  }
}
