/// The structural similarity index of two images with values in [0, 1].
///
/// In every window that lies wholly inside the images, with weights w that sum to 1,
///
///     mx = Σ w x,  my = Σ w y,  vx = c (Σ w x² - mx²),  vy = c (Σ w y² - my²),  vxy = c (Σ w x y - mx my)
///     S = (2 mx my + C1) (2 vxy + C2) / ((mx² + my² + C1) (vx + vy + C2)),  C1 = 0.01²,  C2 = 0.03²
///
/// and an image's score is the mean of S: 1 for equal images, below 0 for some opposite ones. In double precision.
///
/// Source: Wang, Bovik, Sheikh, Simoncelli, "Image quality assessment: from error visibility to structural similarity",
/// 2004; the two variants are those of scikit-image and TensorFlow, whose scores they match to 1e-5. Named by metric key.
public enum StructuralSimilarity: String, Sendable, CaseIterable {
  /// 7x7 windows of equal weights, with the sample covariance (c = 49/48): `structural_similarity` of scikit-image.
  case uniform = "ssim"
  /// 11x11 Gaussian windows of standard deviation 1.5, c = 1: `tf.image.ssim`.
  case gaussian = "ssim-gaussian"

  /// Height and width of a window.
  public var windowSize: Int { weights.count }

  /// The weights of a window along one axis; those in two dimensions are their products.
  var weights: [Double] {
    switch self {
    case .uniform: Self.uniformWeights
    case .gaussian: Self.gaussianWeights
    }
  }

  /// c above: makes the covariance of a window's pixels unbiased, or leaves it.
  var covarianceFactor: Double {
    switch self {
    case .uniform: 49.0 / 48
    case .gaussian: 1
    }
  }

  private static let uniformWeights = [Double](repeating: 1.0 / 7, count: 7)

  /// exp(-k² / (2 · 1.5²)) for k in -5...5, divided by its sum: written out, so that no libm enters a metric.
  private static let gaussianWeights: [Double] = {
    let half = [
      0.26601172486179436, 0.2130055377112537, 0.10936068950970002, 0.03600077212843082, 0.007598758135239184,
      0.0010283800844791099,
    ]
    return half.dropFirst().reversed() + half
  }()

  static let luminanceConstant = 0.01 * 0.01
  static let contrastConstant = 0.03 * 0.03

  /// The score of one pair of images of `height` rows and `width` columns, or nil where no window fits into them.
  ///
  /// A pure function of the pixels: the same bits wherever it runs.
  public func score(
    _ x: UnsafePointer<Float>, _ y: UnsafePointer<Float>, height: Int, width: Int
  ) -> Double? {
    guard height >= windowSize, width >= windowSize else { return nil }
    // Rows are padded with zeros, so that vectors of four may begin at any pixel and under any weight.
    let stride = (width + windowSize + 3) / 4 * 4
    let capacity = 4 * stride * (height + 1)
    return weights.withUnsafeBufferPointer { weights in
      withUnsafeTemporaryAllocation(
        byteCount: capacity * MemoryLayout<Double>.stride, alignment: 32
      ) { scratch in
        let planes = scratch.bindMemory(to: Double.self).baseAddress!
        planes.initialize(repeating: 0, count: capacity)
        let plane = stride * height
        for row in 0..<height {
          let target = planes + row * stride
          for column in 0..<width {
            let a = Double(x[row * width + column])
            let b = Double(y[row * width + column])
            target[column] = a
            target[plane + column] = b
            target[2 * plane + column] = a * a + b * b
            target[3 * plane + column] = a * b
          }
        }
        return meanOverWindows(
          planes, columnSums: planes + 4 * plane, weights: weights, height: height, width: width,
          stride: stride)
      }
    }
  }

  /// The mean of S, given planes of x, y, x² + y² and x y and room for one row of each.
  private func meanOverWindows(
    _ planes: UnsafePointer<Double>, columnSums: UnsafeMutablePointer<Double>,
    weights: UnsafeBufferPointer<Double>,
    height: Int, width: Int, stride: Int
  ) -> Double {
    let rows = height - weights.count + 1
    let columns = width - weights.count + 1
    var total = SIMD4<Double>.zero
    for row in 0..<rows {
      for quantity in 0..<4 {
        let top = planes + (quantity * height + row) * stride
        for column in Swift.stride(from: 0, to: width, by: 4) {
          let sum = weightedSum(top + column, step: stride, weights)
          UnsafeMutableRawPointer(columnSums + quantity * stride + column).storeBytes(
            of: sum, as: SIMD4<Double>.self)
        }
      }
      for column in Swift.stride(from: 0, to: columns, by: 4) {
        let left = columnSums + column
        let similarity = similarity(
          weightedSum(left, step: 1, weights), weightedSum(left + stride, step: 1, weights),
          meanOfSquares: weightedSum(left + 2 * stride, step: 1, weights),
          meanOfProducts: weightedSum(left + 3 * stride, step: 1, weights))
        if columns - column >= 4 {
          total += similarity
        } else {
          for lane in 0..<columns - column { total[lane] += similarity[lane] }
        }
      }
    }
    return ((total.x + total.y) + (total.z + total.w)) / Double(rows * columns)
  }

  /// Σ w[k] first[k · step + lane] in each of four lanes.
  @inline(__always)
  private func weightedSum(
    _ first: UnsafePointer<Double>, step: Int, _ weights: UnsafeBufferPointer<Double>
  ) -> SIMD4<Double> {
    var sum = SIMD4<Double>.zero
    for (index, weight) in weights.enumerated() {
      sum += weight * UnsafeRawPointer(first + index * step).loadUnaligned(as: SIMD4<Double>.self)
    }
    return sum
  }

  /// S in four windows, from the weighted means of x, y, x² + y² and x y.
  @inline(__always)
  private func similarity(
    _ mx: SIMD4<Double>, _ my: SIMD4<Double>, meanOfSquares: SIMD4<Double>, meanOfProducts: SIMD4<Double>
  ) -> SIMD4<Double> {
    let squares = mx * mx + my * my
    let product = mx * my
    let variances = covarianceFactor * (meanOfSquares - squares)
    let covariance = covarianceFactor * (meanOfProducts - product)
    return (2 * product + Self.luminanceConstant) * (2 * covariance + Self.contrastConstant)
      / ((squares + Self.luminanceConstant) * (variances + Self.contrastConstant))
  }
}
