import Collectives
import Evaluation
import TensorCore
import TestSupport
import Testing

@Suite struct KMeansTests {
  @Test func clustersAreThoseOfScikitLearn() throws {
    let problem = try MixtureProblem("blobs")
    let fixture = problem.fixture
    let clusters = KMeans(
      from: try fixture.doubles("kmeans.start"), of: problem.priorCodes(), group: .single(),
      team: singleThread)
    expectClose("centres", clusters.centres, try fixture.doubles("kmeans.centres"), tolerance: 1e-12)
    #expect(clusters.labels.array.map(Int.init) == (try fixture.integers("kmeans.labels")))
    #expect(clusters.iterations > 2 && clusters.iterations < KMeans.iterationLimit)
  }

  @Test func seedsFindClustersFarApart() {
    // Eight clusters of very different sizes: uniform seeds would miss the small ones nearly always.
    var codes: [Float] = []
    for (cluster, count) in [400, 5, 300, 4, 200, 6, 80, 5].enumerated() {
      for _ in 0..<count { codes += [Float(100 * cluster), Float(cluster % 3) * 50] }
    }
    for element in codes.indices { codes[element] += Float(element % 11) / 20 }
    for seed in 0..<20 {
      let clusters = KMeans(
        clusters: 8, of: PriorCodes(codes, dimension: 2, shards: 16), seed: UInt32(seed), group: .single(),
        team: singleThread)
      #expect(
        clusters.centres.indices.filter { $0 % 2 == 0 }.map { Int(clusters.centres[$0] / 100) }.sorted()
          == Array(0..<8))
    }
  }

  @Test func theFirstSeedIsUniformAndTheSecondOneFar() {
    // Three places with 60, 30 and 10 of 100 codes; one Lloyd iteration leaves no doubt where seeds fell, since two
    // seeds are at two places.
    let places: [Float] = [0, 1, 3]
    let codes =
      [Int](repeating: 0, count: 60) + [Int](repeating: 1, count: 30) + [Int](repeating: 2, count: 10)
    var first = [0, 0, 0]
    var second = [0, 0, 0]
    for seed in 0..<600 {
      let seeds = KMeans.seeds(
        2, of: PriorCodes(codes.map { places[$0] }, dimension: 1, shards: 4), seed: UInt32(seed),
        group: .single(), team: singleThread)
      let chosen = seeds.map { seed in places.firstIndex { Double($0) == seed }! }
      first[chosen[0]] += 1
      if chosen[0] == 0 { second[chosen[1]] += 1 }
    }
    // Five standard deviations of a binomial count.
    for (count, share) in zip(first, [0.6, 0.3, 0.1]) {
      #expect(abs(Double(count) - 600 * share) < 5 * (600 * share * (1 - share)).squareRoot())
    }
    // From place 0 the distances are 30 · 1 and 10 · 9: a draw gives place 2 with probability 3/4. Of the two draws the
    // better one is taken: a centre at 3 leaves 30, one at 1 leaves 40. So both have to fall on place 1.
    let draws = Double(second[1] + second[2])
    #expect(second[0] == 0)
    #expect(abs(Double(second[1]) - draws / 16) < 5 * (draws / 16 * 15 / 16).squareRoot() && second[1] > 0)
  }
}
