import Diagnostics
import TensorCore

/// Mean and covariance of features, in double precision.
///
/// As `np.mean(x, 0)` and `np.cov(x, rowvar=False)`: the covariance is
/// sum over images (x - mean) (x - mean)^T / (count - 1), formed from deviations in a second pass, since the difference
/// of squares in a single one cancels. Rows are added in order, 512 at a time, whatever the number of threads.
public struct FeatureMoments: Sendable, Equatable {
  /// Images behind the moments.
  public let count: Int
  public let dimension: Int
  /// (dimension)
  public let mean: [Double]
  /// (dimension, dimension)
  public let covariance: [Double]

  /// Moments computed before, such as those of a cache.
  public init(count: Int, mean: [Double], covariance: [Double]) {
    precondition(count >= 2 && covariance.count == mean.count * mean.count)
    self.count = count
    dimension = mean.count
    self.mean = mean
    self.covariance = covariance
  }

  /// The moments of some images' features.
  ///
  /// - Throws: 65 for fewer than two images, which have no covariance; 1 where OpenBLAS is not installed.
  public init(of features: FeatureMatrix, team: ThreadTeam) throws(Failure) {
    guard features.count >= 2 else {
      throw Failure(
        .badData, "\(features.count) \(features.name) have no covariance",
        help: "give at least 2, better 10,000")
    }
    let mean = columnMeans(features, team: team)
    let scatter = try scatterMatrix(features, mean: mean, team: team)
    let scale = Double(features.count - 1)
    self.init(count: features.count, mean: mean, covariance: scatter.map { $0 / scale })
  }
}

/// The mean of each feature: one chain of additions in the order of the rows.
private func columnMeans(_ features: FeatureMatrix, team: ThreadTeam) -> [Double] {
  let sums = AlignedBuffer<Double>(count: features.dimension)
  team.forEachRange(features.dimension, granule: 64) { columns in
    for image in 0..<features.count {
      let row = features.row(image)
      for column in columns { sums.pointer[column] += Double(row[column]) }
    }
  }
  return sums.array.map { $0 / Double(features.count) }
}

/// sum over images (x - mean) (x - mean)^T.
///
/// The lower triangle is cut into tiles of a fixed size, shared over the team, and mirrored.
private func scatterMatrix(
  _ features: FeatureMatrix, mean: [Double], team: ThreadTeam
) throws(Failure) -> [Double] {
  let algebra = try DenseAlgebra()
  let (tile, blockRows, dimension) = (128, 512, features.dimension)
  let scatter = AlignedBuffer<Double>(count: dimension * dimension)
  let block = AlignedBuffer<Double>(count: blockRows * dimension)
  let tileCount = (dimension + tile - 1) / tile
  let tiles = (0..<tileCount).flatMap { row in (0...row).map { (row: row * tile, column: $0 * tile) } }
  for first in stride(from: 0, to: features.count, by: blockRows) {
    let rows = min(blockRows, features.count - first)
    team.forEachRange(rows) { range in
      for row in range {
        let (source, target) = (features.row(first + row), block.pointer + row * dimension)
        for column in 0..<dimension { target[column] = Double(source[column]) - mean[column] }
      }
    }
    team.forEachRange(tiles.count) { range in
      for (row, column) in tiles[range] {
        algebra.addTransposedProduct(
          block.pointer + row, leftStride: dimension, leftColumns: min(tile, dimension - row),
          block.pointer + column, rightStride: dimension, rightColumns: min(tile, dimension - column),
          terms: rows,
          to: scatter.pointer + row * dimension + column, resultStride: dimension)
      }
    }
  }
  for row in 0..<dimension {
    for column in 0..<row {
      scatter.pointer[column * dimension + row] = scatter.pointer[row * dimension + column]
    }
  }
  return scatter.array
}
