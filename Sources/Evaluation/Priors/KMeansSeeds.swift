import Collectives
import Glibc
import RandomNumbers
import TensorCore

/// The choice of first centres among codes: the first one uniformly, each next one with a probability proportional to
/// the squared distance from the nearest before it.
///
/// Of 2 + floor(log clusters) such draws the one is taken that leaves the least sum of squared distances, as
/// scikit-learn does. Random numbers are a function of (seed, centre, draw) alone. Source: Arthur and Vassilvitskii,
/// "k-means++: the advantages of careful seeding", SODA 2007.
struct KMeansSeeds {
  private let codes: PriorCodes
  private let key: RandomKey
  private let group: ProcessGroup
  private let team: ThreadTeam
  /// For each of this rank's codes, the squared distance to the nearest centre so far.
  private let nearest: AlignedBuffer<Double>
  /// The sum of those distances in each of all shards.
  private var potentials: [Double] = []

  init(codes: PriorCodes, seed: UInt32, group: ProcessGroup, team: ThreadTeam) {
    self.codes = codes
    self.group = group
    self.team = team
    key = RandomKey(seed: seed, purpose: .evaluation, layer: 2)
    nearest = AlignedBuffer(count: codes.ownRows.count)
    nearest.elements.update(repeating: .infinity)
  }

  /// The centres, (clusters, dimension).
  mutating func choose(_ clusters: Int) -> [Double] {
    let first = shareCodes([ownUniformRow(centre: 0, draw: 0)])
    var centres = first
    potentials = shardPotentials(of: first)[0]
    keep(first)
    let draws = 2 + Int(log(Double(clusters)))
    for centre in 1..<max(clusters, 1) {
      let total = potentials.reduce(0, +)
      // Without any distance left there are fewer distinct codes than clusters: any code will do.
      let rows = (0..<draws).map { draw in
        total > 0
          ? ownRow(at: uniform(centre: centre, draw: draw) * total)
          : ownUniformRow(centre: centre, draw: draw)
      }
      let candidates = shareCodes(rows)
      let results = shardPotentials(of: candidates)
      let sums = results.map { $0.reduce(0, +) }
      let best = sums.indices.min { sums[$0] < sums[$1] }!
      let chosen = Array(candidates[(best * codes.dimension)..<((best + 1) * codes.dimension)])
      potentials = results[best]
      keep(chosen)
      centres += chosen
    }
    return centres
  }

  /// A number in [0, 1) with 53 random bits.
  private func uniform(centre: Int, draw: Int) -> Double {
    unitUniformDouble(key.words(step: centre, index: draw))
  }

  /// A code drawn uniformly, if it is this rank's.
  private func ownUniformRow(centre: Int, draw: Int) -> Int? {
    let row = min(Int(uniform(centre: centre, draw: draw) * Double(codes.count)), codes.count - 1)
    return codes.ownRows.contains(row) ? row : nil
  }

  /// The code at which the running sum of distances passes `threshold`, if it is this rank's.
  private func ownRow(at threshold: Double) -> Int? {
    // Rounding may leave the threshold just out of reach: then the last possible code is taken, here and below.
    var (before, shard, sum) = (0.0, 0, 0.0)
    for candidate in potentials.indices where potentials[candidate] > 0 {
      (before, shard) = (sum, candidate)
      sum += potentials[candidate]
      if sum > threshold { break }
    }
    guard codes.ownShards.contains(shard) else { return nil }
    var last = 0
    sum = 0
    for row in codes.rows(ofShard: shard) {
      let distance = nearest.pointer[row - codes.ownRows.lowerBound]
      if distance > 0 { last = row }
      sum += distance
      if before + sum > threshold { return row }
    }
    return last
  }

  /// The codes of some rows, each known to its rank alone, on all ranks: (rows, dimension).
  private func shareCodes(_ rows: [Int?]) -> [Double] {
    let own = rows.flatMap { row in
      (0..<codes.dimension).map { column in row.map { Double(codes.row($0)[column]) } ?? 0 }
    }
    return codes.share(own, group: group, phase: "seeds of clusters")
  }

  /// The sum of distances in each of all shards, if a candidate became a centre, candidate by candidate.
  private func shardPotentials(of candidates: [Double]) -> [[Double]] {
    let count = candidates.count / codes.dimension
    let own = AlignedBuffer<Double>(count: count * codes.shards)
    let centres = pad(candidates)
    team.forEachRange(codes.ownShards.count) { range in
      let code = AlignedBuffer<Double>(count: codes.paddedDimension)
      for shard in range.lazy.map({ codes.ownShards.lowerBound + $0 }) {
        for row in codes.rows(ofShard: shard) {
          codes.widen(row, to: code.pointer)
          for candidate in 0..<count {
            own.pointer[candidate * codes.shards + shard] += distance(row, code, centres, candidate)
          }
        }
      }
    }
    let all = codes.share(own.array, group: group, phase: "seeds of clusters")
    return (0..<count).map { Array(all[($0 * codes.shards)..<(($0 + 1) * codes.shards)]) }
  }

  /// Makes a code a centre.
  private func keep(_ chosen: [Double]) {
    let centre = pad(chosen)
    team.forEachRange(codes.ownRows.count) { range in
      let code = AlignedBuffer<Double>(count: codes.paddedDimension)
      for own in range {
        let row = codes.ownRows.lowerBound + own
        codes.widen(row, to: code.pointer)
        nearest.pointer[own] = distance(row, code, centre, 0)
      }
    }
  }

  /// The squared distance of a code to the nearest of all centres and a candidate.
  private func distance(
    _ row: Int, _ code: AlignedBuffer<Double>, _ centres: AlignedBuffer<Double>, _ candidate: Int
  ) -> Double {
    let padded = codes.paddedDimension
    return min(
      nearest.pointer[row - codes.ownRows.lowerBound],
      squaredDistance(code.pointer, centres.pointer + candidate * padded, paddedDimension: padded))
  }

  private func pad(_ centres: [Double]) -> AlignedBuffer<Double> {
    let (dimension, padded) = (codes.dimension, codes.paddedDimension)
    let result = AlignedBuffer<Double>(count: centres.count / dimension * padded)
    for element in centres.indices {
      result.pointer[element / dimension * padded + element % dimension] = centres[element]
    }
    return result
  }
}

/// Maps two random words to [0, 1): 53 bits, so that every value is a Double exactly.
func unitUniformDouble(_ words: SIMD4<UInt32>) -> Double {
  Double(UInt64(words.x >> 5) << 26 | UInt64(words.y >> 6)) * 0x1p-53
}
