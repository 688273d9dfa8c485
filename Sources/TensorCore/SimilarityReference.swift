/// The structural similarity of two images and its derivative by every pixel of `y`, window by window with variances from
/// the deviations themselves: what `SimilarityKernel` is tested against, and what finite differences are taken of.
package func similarityReference<Scalar: BinaryFloatingPoint>(
  _ x: [Scalar], _ y: [Scalar], height: Int, width: Int
) -> (score: Scalar, gradient: [Scalar]) {
  let c1 = Scalar(1e-4)
  let c2 = Scalar(9e-4)
  let windows = Scalar((height - 6) * (width - 6))
  var score: Scalar = 0
  var gradient = [Scalar](repeating: 0, count: x.count)
  for top in 0...height - 7 {
    for left in 0...width - 7 {
      let pixels = (0..<49).map { (top + $0 / 7) * width + left + $0 % 7 }
      let mx = pixels.reduce(0) { $0 + x[$1] } / 49
      let my = pixels.reduce(0) { $0 + y[$1] } / 49
      let vx = pixels.reduce(0) { $0 + (x[$1] - mx) * (x[$1] - mx) } / 48
      let vy = pixels.reduce(0) { $0 + (y[$1] - my) * (y[$1] - my) } / 48
      let vxy = pixels.reduce(0) { $0 + (x[$1] - mx) * (y[$1] - my) } / 48
      let a1 = 2 * mx * my + c1
      let a2 = 2 * vxy + c2
      let b1 = mx * mx + my * my + c1
      let b2 = vx + vy + c2
      let similarity = a1 * a2 / (b1 * b2)
      score += similarity / windows
      for pixel in pixels {
        let (dx, dy) = (x[pixel] - mx, y[pixel] - my)
        let numerator = 2 * mx / 49 * a2 + a1 * 2 * dx / 48
        let denominator = 2 * my / 49 * b2 + b1 * 2 * dy / 48
        gradient[pixel] += (numerator - similarity * denominator) / (b1 * b2) / windows
      }
    }
  }
  return (score, gradient)
}
