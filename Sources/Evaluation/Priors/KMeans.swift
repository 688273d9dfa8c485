import Collectives
import TensorCore

/// Clusters of codes: k-means++ seeds, then Lloyd's iterations until no code changes its cluster.
///
/// A code belongs to the nearest centre, the first of equally near ones. A cluster that loses all its codes keeps its
/// centre.
package struct KMeans {
  /// Lloyd's iterations at most.
  package static let iterationLimit = 100

  /// (clusters, dimension)
  package let centres: [Double]
  /// The cluster of each of this rank's codes.
  package let labels: AlignedBuffer<Int32>
  /// Assignments of all codes, the last of which changed nothing unless the limit was reached.
  package let iterations: Int

  /// - Precondition: at least as many codes as clusters, all finite.
  package init(
    clusters: Int, of codes: PriorCodes, seed: UInt32, group: ProcessGroup, team: ThreadTeam
  ) {
    let start = Self.seeds(clusters, of: codes, seed: seed, group: group, team: team)
    self.init(from: start, of: codes, group: group, team: team)
  }

  /// The centres that k-means++ chooses, (clusters, dimension); a collective call.
  package static func seeds(
    _ clusters: Int, of codes: PriorCodes, seed: UInt32, group: ProcessGroup, team: ThreadTeam
  ) -> [Double] {
    var seeds = KMeansSeeds(codes: codes, seed: seed, group: group, team: team)
    return seeds.choose(clusters)
  }

  /// Lloyd's iterations from given centres.
  package init(from start: [Double], of codes: PriorCodes, group: ProcessGroup, team: ThreadTeam) {
    let (dimension, padded) = (codes.dimension, codes.paddedDimension)
    let clusters = start.count / dimension
    let labels = AlignedBuffer<Int32>(count: codes.ownRows.count)
    labels.elements.update(repeating: -1)
    let stride = padded + 1
    let current = AlignedBuffer<Double>(count: clusters * padded)
    var centres = start
    var iterations = 0
    var changes = -1.0
    while changes != 0 && iterations < Self.iterationLimit {
      for cluster in 0..<clusters {
        for column in 0..<dimension {
          current.pointer[cluster * padded + column] = centres[cluster * dimension + column]
        }
      }
      // How many codes changed their cluster, then count and sum of each cluster's codes.
      let sums = codes.sum(width: 1 + clusters * stride, group: group, team: team, phase: "clusters of codes")
      {
        rows, sums in
        let code = AlignedBuffer<Double>(count: padded)
        for row in rows {
          codes.widen(row, to: code.pointer)
          let cluster = nearestCentre(code.pointer, current, clusters: clusters, paddedDimension: padded)
          let own = row - codes.ownRows.lowerBound
          if labels.pointer[own] != Int32(cluster) {
            labels.pointer[own] = Int32(cluster)
            sums[0] += 1
          }
          let target = sums + 1 + cluster * stride
          target[0] += 1
          for column in 0..<dimension { target[1 + column] += code.pointer[column] }
        }
      }
      changes = sums[0]
      iterations += 1
      for cluster in 0..<clusters where sums[1 + cluster * stride] > 0 {
        let first = 1 + cluster * stride
        for column in 0..<dimension {
          centres[cluster * dimension + column] = sums[first + 1 + column] / sums[first]
        }
      }
    }
    self.centres = centres
    self.labels = labels
    self.iterations = iterations
  }

  /// Gives each of the block's codes to its cluster alone.
  func writeResponsibilities(of block: MixtureBlock, _ codes: PriorCodes) {
    let values = block.responsibilities
    values.elements.update(repeating: 0)
    for (index, row) in block.rows.enumerated() {
      let cluster = Int(labels.pointer[row - codes.ownRows.lowerBound])
      values.pointer[cluster * MixtureBlock.capacity + index] = 1
    }
  }
}

extension PriorCodes {
  /// Writes a code in double precision; what pads it is left alone.
  func widen(_ row: Int, to target: UnsafeMutablePointer<Double>) {
    let code = self.row(row)
    for column in 0..<dimension { target[column] = Double(code[column]) }
  }
}

private func nearestCentre(
  _ code: UnsafePointer<Double>, _ centres: AlignedBuffer<Double>, clusters: Int, paddedDimension: Int
) -> Int {
  var (nearest, least) = (0, Double.infinity)
  for cluster in 0..<clusters {
    let distance = squaredDistance(
      code, centres.pointer + cluster * paddedDimension, paddedDimension: paddedDimension)
    if distance < least { (nearest, least) = (cluster, distance) }
  }
  return nearest
}

/// |a - b|^2 of two vectors padded with equal numbers: eight partial sums, then their sum.
@inline(__always)
func squaredDistance(_ a: UnsafePointer<Double>, _ b: UnsafePointer<Double>, paddedDimension: Int) -> Double {
  var sums = SIMD8<Double>.zero
  for column in stride(from: 0, to: paddedDimension, by: 8) {
    let difference = SIMD8.load(a + column) - SIMD8.load(b + column)
    sums += difference * difference
  }
  let four = sums.lowHalf + sums.highHalf
  let two = four.lowHalf + four.highHalf
  return two.x + two.y
}
