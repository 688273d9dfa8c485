/// output[y, x] = input[y / factor, x / factor]: every pixel becomes a square of equal ones.
///
/// - Parameters:
///   - input: (rows, shape.count), channels last.
///   - output: (rows, factor * factor * shape.count).
public func upsampleNearest(
  _ input: UnsafePointer<Float>, shape: ImageShape, factor: Int, into output: UnsafeMutablePointer<Float>,
  rows: Int, team: ThreadTeam
) {
  let lineCount = shape.width * shape.channels
  let outputLineCount = factor * lineCount
  // Lines of all images, one after another: line i becomes the lines from factor * i on.
  team.forEachRange(rows * shape.height) { range in
    for line in range {
      let source = input + line * lineCount
      let target = output + line * factor * outputLineCount
      for x in 0..<shape.width {
        forEachChannelVector(shape.channels) { channel, width in
          let value = Vector.loadPartial(source + (x * shape.channels + channel), count: width)
          for copy in 0..<factor {
            let place = target + ((x * factor + copy) * shape.channels + channel)
            value.storePartial(place, count: width)
          }
        }
      }
      for copy in 1..<factor {
        (target + copy * outputLineCount).update(from: target, count: outputLineCount)
      }
    }
  }
}

/// inputGradient = the sum of the output's gradients over each pixel's square, in row-major order; written.
///
/// Shapes as in `upsampleNearest`.
public func upsampleNearestGradient(
  _ outputGradient: UnsafePointer<Float>, shape: ImageShape, factor: Int,
  into inputGradient: UnsafeMutablePointer<Float>, rows: Int, team: ThreadTeam
) {
  team.forEachRange(rows * shape.height) { range in
    for line in range {
      let source = outputGradient + line * factor * factor * shape.width * shape.channels
      let target = inputGradient + line * shape.width * shape.channels
      if factor == 2 {
        sumSquares(source, shape, target, factor: 2)
      } else {
        sumSquares(source, shape, target, factor: factor)
      }
    }
  }
}

@inline(__always)
private func sumSquares(
  _ outputGradient: UnsafePointer<Float>, _ shape: ImageShape, _ inputGradient: UnsafeMutablePointer<Float>,
  factor: Int
) {
  let outputLineCount = factor * shape.width * shape.channels
  for x in 0..<shape.width {
    forEachChannelVector(shape.channels) { channel, width in
      let square = outputGradient + (x * factor * shape.channels + channel)
      var sum = Vector.zero
      for y in 0..<factor {
        for x in 0..<factor {
          sum += Vector.loadPartial(square + (y * outputLineCount + x * shape.channels), count: width)
        }
      }
      sum.storePartial(inputGradient + (x * shape.channels + channel), count: width)
    }
  }
}

extension ImageShape {
  /// `upsampleNearest` as it is defined.
  public func upsampleNearestReference<Scalar: BinaryFloatingPoint>(
    _ images: [Scalar], factor: Int, rows: Int
  ) -> [Scalar] {
    upsamplingSources(factor: factor, rows: rows).map { images[$0] }
  }

  /// `upsampleNearestGradient` as it is defined.
  public func upsampleNearestGradientReference<Scalar: BinaryFloatingPoint>(
    outputGradient: [Scalar], factor: Int, rows: Int
  ) -> [Scalar] {
    var result = [Scalar](repeating: 0, count: rows * count)
    for (place, source) in upsamplingSources(factor: factor, rows: rows).enumerated() {
      result[source] += outputGradient[place]
    }
    return result
  }

  /// Which input value each output value is, over all rows.
  private func upsamplingSources(factor: Int, rows: Int) -> [Int] {
    (0..<rows * factor * height * factor * width * channels).map { place in
      let (pixel, channel) = place.quotientAndRemainder(dividingBy: channels)
      let (line, x) = pixel.quotientAndRemainder(dividingBy: factor * width)
      return (line / factor * width + x / factor) * channels + channel
    }
  }
}
