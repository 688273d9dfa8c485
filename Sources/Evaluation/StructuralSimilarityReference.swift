import Glibc

extension StructuralSimilarity {
  /// The score as its definition has it, window by window, with variances from the deviations themselves: what `score`
  /// is tested against.
  package func referenceScore(_ x: [Float], _ y: [Float], height: Int, width: Int) -> Double? {
    guard height >= windowSize, width >= windowSize else { return nil }
    let window = referenceWindow
    var total = 0.0
    for top in 0...height - windowSize {
      for left in 0...width - windowSize {
        let pixels = (0..<windowSize * windowSize).map { pixel in
          (top + pixel / windowSize) * width + left + pixel % windowSize
        }
        func mean(_ value: (Int) -> Double) -> Double {
          zip(window, pixels).reduce(0) { $0 + $1.0 * value($1.1) }
        }
        let mx = mean { Double(x[$0]) }
        let my = mean { Double(y[$0]) }
        let factor = self == .uniform ? 49.0 / 48 : 1
        let vx = factor * mean { (Double(x[$0]) - mx) * (Double(x[$0]) - mx) }
        let vy = factor * mean { (Double(y[$0]) - my) * (Double(y[$0]) - my) }
        let vxy = factor * mean { (Double(x[$0]) - mx) * (Double(y[$0]) - my) }
        total += (2 * mx * my + 1e-4) * (2 * vxy + 9e-4) / ((mx * mx + my * my + 1e-4) * (vx + vy + 9e-4))
      }
    }
    return total / Double((height - windowSize + 1) * (width - windowSize + 1))
  }

  /// The weights of a whole window, row by row.
  private var referenceWindow: [Double] {
    switch self {
    case .uniform:
      return [Double](repeating: 1.0 / 49, count: 49)
    case .gaussian:
      let weights = (0..<121).map { pixel in
        let (row, column) = (Double(pixel / 11 - 5), Double(pixel % 11 - 5))
        return exp(-(row * row + column * column) / (2 * 1.5 * 1.5))
      }
      let sum = weights.reduce(0, +)
      return weights.map { $0 / sum }
    }
  }
}
