// Pooling as it is defined, in the plainest loops, for Float and Double: what the kernels are tested against. Images are
// channels last.

extension PoolingGeometry {
  /// Calls `body` with the offset of every output value in its image, and those of its window's values in row-major order.
  private func forEachWindow(_ body: (_ output: Int, _ window: [Int]) -> Void) {
    for y in 0..<output.height {
      for x in 0..<output.width {
        for channel in 0..<input.channels {
          let window = (0..<size * size).map { place in
            ((y * stride + place / size) * input.width + x * stride + place % size) * input.channels + channel
          }
          body((y * output.width + x) * output.channels + channel, window)
        }
      }
    }
  }

  /// The largest value of each window; NaN where there is one.
  public func maxPoolReference<Scalar: BinaryFloatingPoint>(_ images: [Scalar], rows: Int) -> [Scalar] {
    var result = [Scalar](repeating: 0, count: rows * output.count)
    for row in 0..<rows {
      forEachWindow { place, window in
        let values = window.map { images[row * input.count + $0] }
        result[row * output.count + place] = values.first { $0.isNaN } ?? values.max()!
      }
    }
    return result
  }

  /// The input's gradient: to the last NaN of each window, else to the first of its largest values.
  public func maxPoolGradientReference<Scalar: BinaryFloatingPoint>(
    _ images: [Scalar], outputGradient: [Scalar], rows: Int
  ) -> [Scalar] {
    var result = [Scalar](repeating: 0, count: rows * input.count)
    for row in 0..<rows {
      forEachWindow { place, window in
        let values = window.map { images[row * input.count + $0] }
        let position = values.lastIndex { $0.isNaN } ?? values.firstIndex(of: values.max()!)!
        result[row * input.count + window[position]] += outputGradient[row * output.count + place]
      }
    }
    return result
  }

  /// The mean of each window.
  public func averagePoolReference<Scalar: BinaryFloatingPoint>(_ images: [Scalar], rows: Int) -> [Scalar] {
    var result = [Scalar](repeating: 0, count: rows * output.count)
    for row in 0..<rows {
      forEachWindow { place, window in
        let sum = window.reduce(0) { $0 + images[row * input.count + $1] }
        result[row * output.count + place] = sum / Scalar(size * size)
      }
    }
    return result
  }

  /// The input's gradient: an equal share to every value of a window.
  public func averagePoolGradientReference<Scalar: BinaryFloatingPoint>(
    outputGradient: [Scalar], rows: Int
  ) -> [Scalar] {
    var result = [Scalar](repeating: 0, count: rows * input.count)
    for row in 0..<rows {
      forEachWindow { place, window in
        let share = outputGradient[row * output.count + place] / Scalar(size * size)
        for value in window { result[row * input.count + value] += share }
      }
    }
    return result
  }
}
