import Diagnostics
import TensorCore

/// The squared maximum mean discrepancy with a cubic kernel, which is KID if the features are an Inception network's:
/// for subsets of m real images x and m generated ones y of d features,
///
///     sum_{i≠j} (k(xi, xj) + k(yi, yj)) / (m (m - 1)) - 2 sum_{i,j} k(xi, yj) / m²,   k(x, y) = (x·y / d + 1)³
///
/// It has no bias, whatever the number of images is, and may be negative. Products x·y are formed in single precision,
/// one rounding of about 10^-7 each, in no preferred direction; kernels and sums in double. A subset is one thread's work.
///
/// Source: Bińkowski et al., "Demystifying MMD GANs", 2018; the estimate is torch-fidelity's.
public struct KernelDistance: Sendable, Equatable {
  /// The distance of each subset.
  public let subsetValues: [Double]

  public init(subsetValues: [Double]) {
    precondition(!subsetValues.isEmpty)
    self.subsetValues = subsetValues
  }

  /// - Parameter realSums: `selfSums` of the real images, if they were computed before.
  /// - Throws: 65 if the dimensions differ.
  public init(
    real: FeatureMatrix, generated: FeatureMatrix, subsets: KernelSubsets, realSums: [Double]? = nil,
    team: ThreadTeam
  ) throws(Failure) {
    guard real.dimension == generated.dimension else {
      throw Failure(
        .badData,
        "\(real.dimension) real features and \(generated.dimension) generated ones can't be compared",
        help: "compute both with the same feature network")
    }
    let size = Double(subsets.size)
    let realSums = realSums ?? Self.selfSums(of: real, subsets: subsets.real, team: team)
    precondition(realSums.count == subsets.real.count)
    let values = AlignedBuffer<Double>(count: subsets.real.count)
    team.forEachRange(subsets.real.count) { range in
      let x = KernelSums(size: subsets.size, dimension: real.dimension)
      let y = KernelSums(size: subsets.size, dimension: real.dimension)
      for subset in range {
        real.copyRows(subsets.real[subset], to: x.rows.pointer)
        generated.copyRows(subsets.generated[subset], to: y.rows.pointer)
        values.pointer[subset] =
          (realSums[subset] + y.sumOfPairs()) / (size * (size - 1)) - 2 * x.sum(with: y) / (size * size)
      }
    }
    self.init(subsetValues: values.array)
  }

  /// sum_{i≠j} k(xi, xj) of each subset: the part of a distance that one side contributes by itself.
  public static func selfSums(
    of features: FeatureMatrix, subsets: [[Int32]], team: ThreadTeam
  ) -> [Double] {
    let sums = AlignedBuffer<Double>(count: subsets.count)
    team.forEachRange(subsets.count) { range in
      let rows = KernelSums(size: subsets[0].count, dimension: features.dimension)
      for subset in range {
        features.copyRows(subsets[subset], to: rows.rows.pointer)
        sums.pointer[subset] = rows.sumOfPairs()
      }
    }
    return sums.array
  }

  /// The mean over subsets, which is the distance that is reported.
  public var mean: Double { subsetValues.reduce(0, +) / Double(subsetValues.count) }

  /// The standard deviation over subsets (divided by their number, as `np.std`): of one subset's distance, not of the
  /// mean, whose subsets overlap.
  public var standardDeviation: Double {
    let mean = mean
    let squares = subsetValues.reduce(0) { $0 + ($1 - mean) * ($1 - mean) }
    return (squares / Double(subsetValues.count)).squareRoot()
  }
}

/// The rows of a subset, and sums of kernels over its pairs.
private struct KernelSums {
  let size: Int
  let dimension: Int
  let rows: AlignedBuffer<Float>
  private let products: AlignedBuffer<Float>
  /// Rows and columns of products formed at once; they fix the order in which a sum is formed.
  private static let blockRows = 128
  private static let blockColumns = 240

  init(size: Int, dimension: Int) {
    self.size = size
    self.dimension = dimension
    rows = AlignedBuffer(count: size * dimension)
    products = AlignedBuffer(count: Self.blockRows * Self.blockColumns)
  }

  /// The sum over all pairs of different rows, both ways round.
  func sumOfPairs() -> Double {
    var sum = 0.0
    for row in stride(from: 0, to: size, by: Self.blockRows) {
      let rowCount = min(Self.blockRows, size - row)
      for column in stride(from: row, to: size, by: Self.blockColumns) {
        let columnCount = min(Self.blockColumns, size - column)
        multiply(self, row: row, rowCount, column: column, columnCount)
        for i in 0..<rowCount {
          let skipped = min(columnCount, max(0, row + i + 1 - column))
          sum += kernelSum(
            products.pointer + i * columnCount + skipped, count: columnCount - skipped, dimension: dimension)
        }
      }
    }
    return 2 * sum
  }

  /// The sum over all pairs of a row of this subset and one of the other.
  func sum(with other: KernelSums) -> Double {
    var sum = 0.0
    for row in stride(from: 0, to: size, by: Self.blockRows) {
      let rowCount = min(Self.blockRows, size - row)
      for column in stride(from: 0, to: other.size, by: Self.blockColumns) {
        let columnCount = min(Self.blockColumns, other.size - column)
        multiply(other, row: row, rowCount, column: column, columnCount)
        for i in 0..<rowCount {
          sum += kernelSum(products.pointer + i * columnCount, count: columnCount, dimension: dimension)
        }
      }
    }
    return sum
  }

  private func multiply(_ other: KernelSums, row: Int, _ rowCount: Int, column: Int, _ columnCount: Int) {
    denseForward(
      input: rows.pointer + row * dimension, weight: other.rows.pointer + column * dimension, bias: nil,
      output: products.pointer, rows: rowCount, inputs: dimension, outputs: columnCount, team: singleThread)
  }
}

/// sum (p / dimension + 1)³ over `count` products p: sixteen partial sums, then the rest one by one.
@inline(__always)
private func kernelSum(_ products: UnsafePointer<Float>, count: Int, dimension: Int) -> Double {
  let scale = 1 / Double(dimension)
  var even = SIMD8<Double>.zero
  var odd = SIMD8<Double>.zero
  var i = 0
  while i &+ 16 <= count {
    let first = SIMD8<Double>(Vector.load(products, i)) * scale + 1
    let second = SIMD8<Double>(Vector.load(products, i + 8)) * scale + 1
    even += first * first * first
    odd += second * second * second
    i &+= 16
  }
  var sum = laneSum(even + odd)
  while i < count {
    let base = Double(products[i]) * scale + 1
    sum += base * base * base
    i &+= 1
  }
  return sum
}
