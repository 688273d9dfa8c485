/// Brings images to another size by bilinear interpolation, as PyTorch's
/// `interpolate(mode="bilinear", align_corners=False)` does without antialiasing:
///
///     output[y, x] = sum over the two nearest rows and columns of weight * input
///
/// where output pixel i lies at (i + 1/2) * input side / output side - 1/2 of the input, and at 0 where that is negative.
public final class BilinearResize {
  public let input: ImageShape
  public let output: ImageShape
  private let rows: AlignedBuffer<Neighbours>
  private let columns: AlignedBuffer<Neighbours>

  /// The two pixels of a side that an output pixel lies between.
  private struct Neighbours {
    var lower: Int
    var upper: Int
    var lowerWeight: Float
    var upperWeight: Float
  }

  public init(input: ImageShape, height: Int, width: Int) {
    precondition(input.count > 0 && height > 0 && width > 0)
    self.input = input
    output = ImageShape(height: height, width: width, channels: input.channels)
    rows = Self.neighbours(from: input.height, to: height)
    columns = Self.neighbours(from: input.width, to: width)
  }

  /// In single precision and with one rounding, as in PyTorch: its weights are part of the figures that this resize is
  /// for.
  private static func neighbours(from inputs: Int, to outputs: Int) -> AlignedBuffer<Neighbours> {
    let scale = Float(inputs) / Float(outputs)
    return AlignedBuffer(
      (0..<outputs).map { place in
        let position = max(0, Float(-0.5).addingProduct(scale, Float(place) + 0.5))
        let lower = min(Int(position), inputs - 1)
        let weight = position - Float(lower)
        return Neighbours(
          lower: lower, upper: min(lower + 1, inputs - 1), lowerWeight: 1 - weight, upperWeight: weight)
      })
  }

  /// - Parameters:
  ///   - images: (count, input.count), channels last.
  ///   - result: (count, output.count).
  public func resize(
    _ images: UnsafePointer<Float>, into result: UnsafeMutablePointer<Float>, count: Int, team: ThreadTeam
  ) {
    let lineCount = output.width * output.channels
    team.forEachRange(count) { range in
      // Every input row at the new width, then every output row from two of those.
      withUnsafeTemporaryAllocation(of: Float.self, capacity: input.height * lineCount) { lines in
        let lines = lines.baseAddress!
        for image in range {
          for row in 0..<input.height {
            let source = images + image * input.count + row * input.width * input.channels
            stretchLine(source, into: lines + row * lineCount)
          }
          for (row, place) in rows.elements.enumerated() {
            let lowerWeight = Vector(repeating: place.lowerWeight)
            let upperWeight = Vector(repeating: place.upperWeight)
            mapVectors(
              lines + place.lower * lineCount, lines + place.upper * lineCount,
              result + image * output.count + row * lineCount, count: lineCount
            ) { multiplyAdd($0, lowerWeight, $1 * upperWeight) }
          }
        }
      }
    }
  }

  private func stretchLine(_ line: UnsafePointer<Float>, into result: UnsafeMutablePointer<Float>) {
    let channels = input.channels
    for (column, place) in columns.elements.enumerated() {
      let (lower, upper) = (line + place.lower * channels, line + place.upper * channels)
      for channel in 0..<channels {
        result[column &* channels &+ channel] =
          lower[channel] * place.lowerWeight + upper[channel] * place.upperWeight
      }
    }
  }
}

extension BilinearResize {
  /// `resize` as it is defined.
  public func resizeReference<Scalar: BinaryFloatingPoint>(_ images: [Scalar], count: Int) -> [Scalar] {
    func position(_ place: Int, _ inputs: Int, _ outputs: Int) -> Scalar {
      max(0, (Scalar(place) + 0.5) * Scalar(inputs) / Scalar(outputs) - 0.5)
    }
    var result: [Scalar] = []
    for image in 0..<count {
      for y in 0..<output.height {
        for x in 0..<output.width {
          let row = position(y, input.height, output.height)
          let column = position(x, input.width, output.width)
          for channel in 0..<output.channels {
            func pixel(_ row: Int, _ column: Int) -> Scalar {
              let (row, column) = (min(row, input.height - 1), min(column, input.width - 1))
              return images[image * input.count + (row * input.width + column) * input.channels + channel]
            }
            let (top, left) = (Int(row), Int(column))
            let (down, across) = (row - Scalar(top), column - Scalar(left))
            let upper = (1 - across) * pixel(top, left) + across * pixel(top, left + 1)
            let lower = (1 - across) * pixel(top + 1, left) + across * pixel(top + 1, left + 1)
            result.append((1 - down) * upper + down * lower)
          }
        }
      }
    }
    return result
  }
}
