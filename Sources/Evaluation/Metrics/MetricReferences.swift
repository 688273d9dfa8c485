import TensorCore

// The metrics as their definitions have them, in double precision and without blocks: what the fast ones are tested
// against.

/// |x - y|² of every pair, (x.count, y.count).
package func squaredDistancesReference(_ x: FeatureMatrix, _ y: FeatureMatrix) -> [[Double]] {
  (0..<x.count).map { i in
    (0..<y.count).map { j in
      (0..<x.dimension).reduce(0) { sum, k in
        let difference = Double(x.row(i)[k]) - Double(y.row(j)[k])
        return sum + difference * difference
      }
    }
  }
}

extension SupportScores {
  /// Precision, recall, density and coverage by comparing every pair.
  package static func reference(real: FeatureMatrix, generated: FeatureMatrix) -> [Double] {
    func radii(_ features: FeatureMatrix, _ k: Int) -> [Double] {
      squaredDistancesReference(features, features).enumerated().map { index, row in
        row.enumerated().filter { $0.offset != index }.map(\.element).sorted()[k - 1]
      }
    }
    let distances = squaredDistancesReference(real, generated)
    let (realThird, realFifth) = (radii(real, precisionNeighbours), radii(real, densityNeighbours))
    let generatedThird = radii(generated, precisionNeighbours)
    let inside = (0..<generated.count).count { j in
      (0..<real.count).contains { distances[$0][j] <= realThird[$0] }
    }
    let recalled = (0..<real.count).count { i in
      (0..<generated.count).contains { distances[i][$0] <= generatedThird[$0] }
    }
    let entered = (0..<real.count).map { i in distances[i].count { $0 < realFifth[i] } }
    return [
      Double(inside) / Double(generated.count), Double(recalled) / Double(real.count),
      Double(entered.reduce(0, +)) / Double(densityNeighbours * generated.count),
      Double(entered.count { $0 > 0 }) / Double(real.count),
    ]
  }
}

extension KernelDistance {
  /// The distance of one pair of subsets, kernel by kernel.
  package static func reference(real: FeatureMatrix, generated: FeatureMatrix) -> Double {
    func kernel(_ x: UnsafePointer<Float>, _ y: UnsafePointer<Float>) -> Double {
      let product = (0..<real.dimension).reduce(0.0) { $0 + Double(x[$1]) * Double(y[$1]) }
      let base = product / Double(real.dimension) + 1
      return base * base * base
    }
    let size = real.count
    var (within, between) = (0.0, 0.0)
    for i in 0..<size {
      for j in 0..<size {
        if i != j { within += kernel(real.row(i), real.row(j)) + kernel(generated.row(i), generated.row(j)) }
        between += kernel(real.row(i), generated.row(j))
      }
    }
    return within / Double(size * (size - 1)) - 2 * between / Double(size * size)
  }
}
