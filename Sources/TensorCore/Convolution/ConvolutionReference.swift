// The three products of a geometry as they are defined, in the plainest loops, for Float and Double: what the fast
// kernels are tested against. All images channels last, weights (coarse channels, fine channels, height, width).

extension ConvolutionGeometry {
  /// Calls `body` with (coarse value, fine value, weight) offsets for every product of one image.
  private func forEachProduct(_ body: (_ coarse: Int, _ fine: Int, _ weight: Int) -> Void) {
    for y in 0..<coarse.height {
      for x in 0..<coarse.width {
        for ky in 0..<kernelHeight {
          for kx in 0..<kernelWidth {
            let row = fineRow(y, ky)
            let column = fineColumn(x, kx)
            guard 0..<fine.height ~= row && 0..<fine.width ~= column else { continue }
            for o in 0..<coarse.channels {
              for i in 0..<fine.channels {
                body(
                  (y * coarse.width + x) * coarse.channels + o,
                  (row * fine.width + column) * fine.channels + i,
                  ((o * fine.channels + i) * kernelHeight + ky) * kernelWidth + kx)
              }
            }
          }
        }
      }
    }
  }

  /// coarse = correlate(fine, weight): fine (rows, fine.count), result (rows, coarse.count).
  public func correlateReference<Scalar: BinaryFloatingPoint>(
    fine fineImages: [Scalar], weight: [Scalar], rows: Int
  ) -> [Scalar] {
    var result = [Scalar](repeating: 0, count: rows * coarse.count)
    for row in 0..<rows {
      forEachProduct { c, f, w in
        result[row * coarse.count + c] += fineImages[row * fine.count + f] * weight[w]
      }
    }
    return result
  }

  /// fine = spread(coarse, weight): coarse (rows, coarse.count), result (rows, fine.count).
  public func spreadReference<Scalar: BinaryFloatingPoint>(
    coarse coarseImages: [Scalar], weight: [Scalar], rows: Int
  ) -> [Scalar] {
    var result = [Scalar](repeating: 0, count: rows * fine.count)
    for row in 0..<rows {
      forEachProduct { c, f, w in
        result[row * fine.count + f] += coarseImages[row * coarse.count + c] * weight[w]
      }
    }
    return result
  }

  /// The weight's gradient, summed over all rows: (coarse channels, fine channels, height, width).
  public func weightGradientReference<Scalar: BinaryFloatingPoint>(
    fine fineImages: [Scalar], coarse coarseImages: [Scalar], rows: Int
  ) -> [Scalar] {
    var result = [Scalar](repeating: 0, count: weightCount)
    for row in 0..<rows {
      forEachProduct { c, f, w in
        result[w] += fineImages[row * fine.count + f] * coarseImages[row * coarse.count + c]
      }
    }
    return result
  }
}
