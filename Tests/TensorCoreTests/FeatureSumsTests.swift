import TensorCore
import TestSupport
import Testing

/// Plain loops: each shard's rows in order, then the tree over shards.
private func reference(
  _ values: [Float], features: Int, offsets: [Int], _ term: (Double, Int) -> Double
) -> [Double] {
  var shards = zip(offsets, offsets.dropFirst()).map { first, last in
    (0..<features).map { feature in
      (first..<last).reduce(0.0) { $0 + term(Double(values[$1 * features + feature]), feature) }
    }
  }
  while shards.count > 1 {
    shards = (0..<shards.count / 2).map { pair in
      zip(shards[2 * pair], shards[2 * pair + 1]).map { $0 + $1 }
    }
  }
  return shards[0]
}

/// Values of wide exponents, squares of which round in every sum: any other order gives other bits.
@Test(arguments: [1, 8, 13, 16, 48, 61], [1, 8])
func featuresAreSummedInTheTreesOrder(features: Int, shards: Int) {
  let rows = 21
  let offsets = shards == 1 ? [0, rows] : [0, 0, 3, 4, 4, 11, 15, 20, rows]
  let values = FencedBuffer(wideFloats(rows * features, seed: 1))
  let means = randomFloats(features, seed: 3).map(Double.init)
  for threads in [1, 3] {
    let team = ThreadTeam(count: threads)
    let pass = ShardedRows(offsets: offsets)
    var sums = [Double](repeating: .nan, count: features)
    featureSums(values.pointer, features: features, into: &sums, rows: pass, team: team)
    expectSameBits(
      "sums", sums, reference(values.array, features: features, offsets: offsets) { value, _ in value })
    featureSquaredDeviations(
      values.pointer, means: means, features: features, into: &sums, rows: pass, team: team)
    expectSameBits(
      "squares", sums,
      reference(values.array, features: features, offsets: offsets) {
        ($0 - means[$1]) * ($0 - means[$1])
      })
  }
}

@Test func noRowsAddUpToZero() {
  var sums = [Double](repeating: .nan, count: 20)
  featureSums(
    AlignedBuffer<Float>(count: 0).pointer, features: 20, into: &sums,
    rows: ShardedRows(offsets: [0, 0, 0, 0, 0]), team: singleThread)
  #expect(sums == [Double](repeating: 0, count: 20))
}
