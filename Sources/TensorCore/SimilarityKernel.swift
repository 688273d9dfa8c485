/// The structural similarity of two images with values in [0, 1], and its gradient: the mean over all 7x7 windows of
///
///     S = (2 mx my + C1) (2 vxy + C2) / ((mx² + my² + C1) (vx + vy + C2)),  C1 = 0.01²,  C2 = 0.03²
///
/// with sample variances, which is the metric `StructuralSimilarity.uniform` of the evaluation and scikit-image's default.
///
/// With A1 A2 / (B1 B2) for S, c = 49/48, q the mean of x² + y² and r that of x y in a window,
///
///     dS/dmy = (2 mx A2 - 2 c mx A1) / (B1 B2) - S (2 my / B1 - 2 c my / B2)
///     dS/dq  = -c S / B2
///     dS/dr  = 2 c A1 / (B1 B2)
///     dS/dy  = (Σ dS/dmy + 2 y Σ dS/dq + x Σ dS/dr) / 49, summed over the windows that hold the pixel
///
/// so that the way back is three more window sums. All in Double: variances are differences of nearly equal numbers.
///
/// Source: Wang, Bovik, Sheikh, Simoncelli, "Image quality assessment: from error visibility to structural similarity",
/// 2004. Not for several threads at once.
package final class SimilarityKernel {
  package static let windowSize = WindowSums.size
  private typealias Lanes = WindowSums.Lanes

  private let height: Int
  private let width: Int
  private let windowRows: Int
  private let windowColumns: Int
  /// Of x, y, x² + y² and x y.
  private let images: WindowSums
  private let imagePlanes: AlignedBuffer<Double>
  /// Of the three derivatives, framed with six zeros so that the windows that hold a pixel lie in a window themselves.
  private let derivatives: WindowSums
  private let derivativePlanes: AlignedBuffer<Double>
  private let columnSums: AlignedBuffer<Double>

  private static let luminanceConstant = 0.01 * 0.01
  private static let contrastConstant = 0.03 * 0.03
  private static let covarianceFactor = 49.0 / 48
  private static let border = windowSize - 1

  /// - Precondition: a window fits into the images.
  package init(height: Int, width: Int) {
    precondition(min(height, width) >= Self.windowSize)
    self.height = height
    self.width = width
    windowRows = height - Self.border
    windowColumns = width - Self.border
    images = WindowSums(stride: WindowSums.stride(columns: width))
    derivatives = WindowSums(stride: WindowSums.stride(columns: width + Self.border))
    imagePlanes = AlignedBuffer(count: 4 * height * images.stride)
    derivativePlanes = AlignedBuffer(count: 3 * (height + Self.border) * derivatives.stride)
    columnSums = AlignedBuffer(count: 4 * derivatives.stride)
  }

  /// The mean of S, and in `gradient` its derivative by every pixel of `y` if wanted. A pure function of the pixels.
  package func evaluate(
    _ x: UnsafePointer<Float>, _ y: UnsafePointer<Float>, gradient: UnsafeMutablePointer<Float>?
  ) -> Double {
    fillPlanes(x, y)
    var total = Lanes.zero
    for row in 0..<windowRows { total += evaluateWindows(row: row, wantsDerivatives: gradient != nil) }
    let windows = Double(windowRows * windowColumns)
    if let gradient {
      let scale = 1 / (windows * Double(Self.windowSize * Self.windowSize))
      for row in 0..<height { writeGradient(row: row, scale: scale, gradient + row * width) }
    }
    return ((total.x + total.y) + (total.z + total.w)) / windows
  }

  private func fillPlanes(_ x: UnsafePointer<Float>, _ y: UnsafePointer<Float>) {
    let plane = height * images.stride
    for row in 0..<height {
      let target = imagePlanes.pointer + row * images.stride
      for column in 0..<width {
        let a = Double(x[row &* width &+ column])
        let b = Double(y[row &* width &+ column])
        target[column] = a
        target[plane &+ column] = b
        target[2 &* plane &+ column] = a * a + b * b
        target[3 &* plane &+ column] = a * b
      }
    }
  }

  /// S of a row of windows, added up in four lanes; their derivatives go into the planes.
  private func evaluateWindows(row: Int, wantsDerivatives: Bool) -> Lanes {
    let sums = columnSums.pointer
    let (stride, plane) = (images.stride, height * images.stride)
    for quantity in 0..<4 {
      images.addRows(
        imagePlanes.pointer + quantity * plane, row: row, columns: width, to: sums + quantity * stride)
    }
    let derivativePlane = (height + Self.border) * derivatives.stride
    let framed = derivativePlanes.pointer + (row + Self.border) * derivatives.stride + Self.border
    var total = Lanes.zero
    var column = 0
    while column < windowColumns {
      let area = Double(Self.windowSize * Self.windowSize)
      let window = Similarity(
        mx: images.sum(sums, column: column) / area, my: images.sum(sums + stride, column: column) / area,
        q: images.sum(sums + 2 * stride, column: column) / area,
        r: images.sum(sums + 3 * stride, column: column) / area)
      let count = min(Lanes.scalarCount, windowColumns &- column)
      total += window.value.keepingLanes(below: count)
      if wantsDerivatives {
        let target = framed + column
        WindowSums.store(window.derivativeByMean.keepingLanes(below: count), target)
        WindowSums.store(window.derivativeBySquares.keepingLanes(below: count), target + derivativePlane)
        WindowSums.store(window.derivativeByProducts.keepingLanes(below: count), target + 2 * derivativePlane)
      }
      column &+= Lanes.scalarCount
    }
    return total
  }

  private func writeGradient(row: Int, scale: Double, _ gradient: UnsafeMutablePointer<Float>) {
    let sums = columnSums.pointer
    let (stride, plane) = (derivatives.stride, (height + Self.border) * derivatives.stride)
    for quantity in 0..<3 {
      derivatives.addRows(
        derivativePlanes.pointer + quantity * plane, row: row, columns: width + Self.border,
        to: sums + quantity * stride)
    }
    let x = UnsafePointer(imagePlanes.pointer + row * images.stride)
    let y = x + height * images.stride
    var column = 0
    while column < width {
      let byMean = derivatives.sum(sums, column: column)
      let bySquares = derivatives.sum(sums + stride, column: column)
      let byProducts = derivatives.sum(sums + 2 * stride, column: column)
      let products = WindowSums.load(x + column) * byProducts
      let slope = (byMean + 2 * WindowSums.load(y + column) * bySquares + products) * scale
      for lane in 0..<min(Lanes.scalarCount, width &- column) {
        gradient[column &+ lane] = Float(slope[lane])
      }
      column &+= Lanes.scalarCount
    }
  }

  /// S and its derivatives in four windows, from their means of x, y, x² + y² and x y.
  private struct Similarity {
    let value: Lanes
    let derivativeByMean: Lanes
    let derivativeBySquares: Lanes
    let derivativeByProducts: Lanes

    @inline(__always)
    init(mx: Lanes, my: Lanes, q: Lanes, r: Lanes) {
      let c = covarianceFactor
      let squares = mx * mx + my * my
      let product = mx * my
      let a1 = 2 * product + luminanceConstant
      let a2 = 2 * c * (r - product) + contrastConstant
      let b1 = squares + luminanceConstant
      let b2 = c * (q - squares) + contrastConstant
      let reciprocal = 1 / (b1 * b2)
      let value = a1 * a2 * reciprocal
      self.value = value
      derivativeByMean = 2 * reciprocal * (mx * (a2 - c * a1) - my * value * (b2 - c * b1))
      derivativeBySquares = -c * value * b1 * reciprocal
      derivativeByProducts = 2 * c * a1 * reciprocal
    }
  }
}

extension SIMD4 where Scalar == Double {
  /// The first `count` lanes, and zeros above them.
  @inline(__always)
  fileprivate func keepingLanes(below count: Int) -> Self {
    if count == 4 { return self }
    var lanes = self
    for lane in count..<4 { lanes[lane] = 0 }
    return lanes
  }
}
