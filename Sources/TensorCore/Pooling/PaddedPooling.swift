/// Square windows that slide over an image and may reach beyond its border, where there is nothing: a maximum is over
/// the pixels inside, and a mean is of the pixels inside, divided by their number. As PyTorch's `max_pool2d`, and its
/// `avg_pool2d` with `count_include_pad=False`. For inference: no gradients, no positions.
///
/// The window of output pixel (y, x) begins at input pixel (y * stride - padding, x * stride - padding). Images are
/// channels last.
public struct PaddedPooling: Sendable, Equatable {
  public let input: ImageShape
  /// The side of a window.
  public let size: Int
  public let stride: Int
  public let padding: Int
  /// floor((side + 2 * padding - size) / stride) + 1 pixels a side.
  public let output: ImageShape

  /// - Precondition: a window fits into the image with its padding, which is at most half a window, so that every
  ///   window has a pixel.
  public init(input: ImageShape, size: Int, stride: Int, padding: Int) {
    precondition(size >= 1 && stride >= 1 && padding >= 0 && 2 * padding <= size && input.channels >= 1)
    precondition(size <= min(input.height, input.width) + 2 * padding, "a window fits into the image")
    self.input = input
    self.size = size
    self.stride = stride
    self.padding = padding
    output = ImageShape(
      height: (input.height + 2 * padding - size) / stride + 1,
      width: (input.width + 2 * padding - size) / stride + 1, channels: input.channels)
  }

  /// output = the largest value of each window; NaN where there is one.
  ///
  /// - Parameters:
  ///   - images: (rows, input.count).
  ///   - result: (rows, output.count).
  public func maximum(
    _ images: UnsafePointer<Float>, into result: UnsafeMutablePointer<Float>, rows: Int, team: ThreadTeam
  ) {
    forEachWindow(images, into: result, rows: rows, team: team) { window in
      window.fold(
        { largest, value in
          largest.replacing(with: value, where: (value .> largest) .| (value .!= value))
        }, finish: { $0 })
    }
  }

  /// output = the mean of each window: its values added in row-major order, then divided by their number.
  ///
  /// Shapes as in `maximum`.
  public func average(
    _ images: UnsafePointer<Float>, into result: UnsafeMutablePointer<Float>, rows: Int, team: ThreadTeam
  ) {
    forEachWindow(images, into: result, rows: rows, team: team) { window in
      let area = Vector(repeating: Float(window.rows * window.columns))
      window.fold({ $0 + $1 }, finish: { $0 / area })
    }
  }

  @inline(__always)
  private func forEachWindow(
    _ images: UnsafePointer<Float>, into result: UnsafeMutablePointer<Float>, rows: Int, team: ThreadTeam,
    _ body: (PoolingWindow) -> Void
  ) {
    team.forEachRange(rows) { range in
      for row in range {
        let image = images + row * input.count
        var pixel = result + row * output.count
        for y in 0..<output.height {
          let vertical = inside(y, input.height)
          for x in 0..<output.width {
            let horizontal = inside(x, input.width)
            let first = vertical.lowerBound * input.width + horizontal.lowerBound
            body(
              PoolingWindow(
                first: image + first * input.channels, lineStride: input.width * input.channels,
                rows: vertical.count, columns: horizontal.count, channels: input.channels, output: pixel))
            pixel += output.channels
          }
        }
      }
    }
  }

  /// The pixels of a side that the window of output pixel `place` has.
  @inline(__always)
  fileprivate func inside(_ place: Int, _ side: Int) -> Range<Int> {
    let first = place &* stride &- padding
    return max(first, 0)..<min(first &+ size, side)
  }
}

/// The part of a window inside its image, and the output pixel that it becomes.
private struct PoolingWindow {
  let first: UnsafePointer<Float>
  let lineStride: Int
  let rows: Int
  let columns: Int
  let channels: Int
  let output: UnsafeMutablePointer<Float>

  /// Combines the window's values in row-major order.
  @inline(__always)
  func fold(_ combine: (Vector, Vector) -> Vector, finish: (Vector) -> Vector) {
    // With the usual size as a constant, the loops over a window are unrolled.
    if rows == 3 && columns == 3 {
      fold(rows: 3, columns: 3, combine, finish: finish)
    } else {
      fold(rows: rows, columns: columns, combine, finish: finish)
    }
  }

  @inline(__always)
  private func fold(
    rows: Int, columns: Int, _ combine: (Vector, Vector) -> Vector, finish: (Vector) -> Vector
  ) {
    forEachChannelVector(channels) { channel, width in
      var value = Vector.loadPartial(first + channel, count: width)
      for row in 0..<rows {
        for column in (row == 0 ? 1 : 0)..<columns {
          let place = first + (row &* lineStride &+ column &* channels &+ channel)
          value = combine(value, Vector.loadPartial(place, count: width))
        }
      }
      finish(value).storePartial(output + channel, count: width)
    }
  }
}

extension PaddedPooling {
  /// Calls `body` with the values of every window, in the order of the output.
  private func pooled<Scalar>(_ images: [Scalar], rows: Int, _ body: ([Scalar]) -> Scalar) -> [Scalar] {
    (0..<rows * output.count).map { place in
      let (row, rest) = place.quotientAndRemainder(dividingBy: output.count)
      let (pixel, channel) = rest.quotientAndRemainder(dividingBy: output.channels)
      let (y, x) = pixel.quotientAndRemainder(dividingBy: output.width)
      var window: [Scalar] = []
      for inputY in y * stride - padding..<y * stride - padding + size where 0..<input.height ~= inputY {
        for inputX in x * stride - padding..<x * stride - padding + size where 0..<input.width ~= inputX {
          window.append(
            images[row * input.count + (inputY * input.width + inputX) * input.channels + channel])
        }
      }
      return body(window)
    }
  }

  /// `maximum` as it is defined.
  public func maximumReference<Scalar: BinaryFloatingPoint>(_ images: [Scalar], rows: Int) -> [Scalar] {
    pooled(images, rows: rows) { window in window.first { $0.isNaN } ?? window.max()! }
  }

  /// `average` as it is defined.
  public func averageReference<Scalar: BinaryFloatingPoint>(_ images: [Scalar], rows: Int) -> [Scalar] {
    pooled(images, rows: rows) { window in window.reduce(0, +) / Scalar(window.count) }
  }
}
