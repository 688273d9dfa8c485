import Diagnostics
import Evaluation
import TensorCore
import Testing

/// 15 codes of four numbers, of sizes that differ.
private let codes: [Float] = (0..<60).map { Float($0 * $0 * 7 % 31) / 8 - 2 + Float($0 % 3) }

private func expectClose(_ values: [Double], _ expected: [Double], _ tolerance: Double) {
  #expect(values.count == expected.count)
  for (value, expected) in zip(values, expected) { #expect(abs(value - expected) <= tolerance, "\(values)") }
}

// MARK: - Paths

@Test func aLinearPathGoesInEqualStepsFromOneCodeToTheOther() {
  let path = CodePath.linear.codes(from: [1, -2, 0.1], to: [3, 2, 0.7], steps: 5)
  #expect(path[0..<3] == [1, -2, 0.1] && path[12..<15] == [3, 2, 0.7])
  expectClose(path[3..<6].map(Double.init), [1.5, -1, 0.25], 1e-7)
  #expect(CodePath.linear.codes(from: [1], to: [2], steps: 2) == [1, 2])
}

/// By NumPy, from the formula.
@Test func aSphericalPathTurnsEvenlyAtNormsBetween() {
  let (start, end): ([Float], [Float]) = ([1, 2, -0.5, 0.25], [-0.5, 1.5, 2, 3])
  let path = CodePath.spherical.codes(from: start[...], to: end[...], steps: 5)
  #expect(Array(path.prefix(4)) == start && Array(path.suffix(4)) == end)
  expectClose(
    path[4..<16].map(Double.init),
    [
      0.90059653, 2.3775142, -0.04687346, 0.94555057, 0.60619677, 2.4668234, 0.57500251, 1.71958651,
      0.12540393, 2.18486836, 1.29114038, 2.4489266,
    ], 1e-6)
}

@Test func aSphericalPathIsLinearWhereNoCircleIsDetermined() {
  let pairs: [([Float], [Float])] = [
    ([0, 0], [1, 2]), ([1, 2], [0, 0]), ([1, 2], [2, 4]), ([1, 2], [-2, -4]), ([0, 0], [0, 0]),
    ([3, 4], [3, 4]),
  ]
  for (start, end) in pairs {
    let path = CodePath.spherical.codes(from: start[...], to: end[...], steps: 4)
    #expect(path == CodePath.linear.codes(from: start[...], to: end[...], steps: 4), "\(start) to \(end)")
  }
}

/// Codes of great and small numbers: squares of neither leave the range.
@Test func aSphericalPathTakesCodesOfAnySize() {
  for size: Float in [1e-30, 1, 1e30] {
    let path = CodePath.spherical.codes(from: [size, 0], to: [0, size], steps: 3)
    expectClose(path[2..<4].map { Double($0 / size) }, [0.70710678, 0.70710678], 1e-6)
  }
}

// MARK: - Spread

/// Figures by NumPy.
@Test func spreadIsThatOfNumPy() {
  let spread = CodeSpread(codes, latentDimension: 4)
  #expect(spread.count == 15)
  expectClose(spread.means, [0.31666667, 0.59166667, 0.55, 0.45], 1e-8)
  expectClose(spread.standardDeviations, [1.19971061, 1.30899665, 1.50124948, 1.33369787], 1e-8)
  #expect(spread.widestDimensions(atMost: 3) == [2, 3, 1])
  #expect(CodeSpread([1, 1, 3, 3], latentDimension: 2).widestDimensions(atMost: 5) == [0, 1])
  expectClose(
    spread.quantiles([0, 0.01, 0.1, 0.5, 0.99, 1], ofDimension: 2), [-1.5, -1.4825, -1.275, 0.25, 3.36, 3.5],
    1e-12)
  #expect(CodeSpread([7], latentDimension: 1).quantiles([0, 0.3, 1], ofDimension: 0) == [7, 7, 7])
}

// MARK: - Normal quantiles

/// Figures by SciPy, in each of the three ranges and at their edges.
@Test(arguments: [
  (1e-300, -37.0470962993612), (1e-20, -9.262340089798409), (1e-6, -4.753424308822899),
  (0.01, -2.3263478740408408), (0.025, -1.9599639845400545), (0.074, -1.4466320671589785),
  (0.0750001, -1.4395307645017301), (0.3, -0.5244005127080409), (0.5, 0), (0.9, 1.2815515655446004),
  (0.975, 1.959963984540054), (1 - 1e-9, 5.997807019601637),
])
func normalQuantilesAreThoseOfSciPy(probability: Double, expected: Double) {
  #expect(abs(normalQuantile(probability) - expected) <= 4e-15 * max(abs(expected), 1))
}

// MARK: - Principal components

/// Figures by scikit-learn, with the signs that are promised here.
@Test func principalComponentsAreThoseOfScikitLearn() throws {
  let components = try PrincipalComponents(
    of: codes, dimension: 4, components: 2, team: ThreadTeam(count: 1))
  expectClose(
    components.directions,
    [
      -0.39673487, -0.52193159, 0.74947355, -0.09207742, 0.45612851, -0.4405503, 0.02957883, 0.77264954,
    ], 1e-8)
  expectClose(components.variances, [4.19838121, 2.65893797], 1e-8)
  expectClose(components.explainedShares, [0.54534971, 0.34538337], 1e-8)
  let points = components.project(codes).map(Double.init)
  #expect(points.count == 30)
  expectClose(
    [0, 1, 14, 15, 28, 29].map { points[$0] },
    [3.71818041, -2.45012266, -2.16703122, -2.99470661, 0.62334982, -0.10270123], 1e-6)
}

/// Every code the same, and codes on a line: directions stay unit vectors, shares stay numbers.
@Test func principalComponentsOfCodesThatHardlyVary() throws {
  let team = ThreadTeam(count: 1)
  let still = try PrincipalComponents(
    of: [Float](repeating: 3, count: 12), dimension: 3, components: 2, team: team)
  #expect(still.explainedShares == [0, 0] && still.project([3, 3, 3]) == [0, 0])
  let line = try PrincipalComponents(
    of: [0, 0, 0, 1, 1, 1, 2, 2, 2], dimension: 3, components: 2, team: team)
  expectClose(Array(line.directions[..<3]), [Double](repeating: 0.577350269, count: 3), 1e-9)
  expectClose(line.explainedShares, [1, 0], 1e-12)
  let failure = #expect(throws: Failure.self) {
    try PrincipalComponents(of: [1, 2, 3], dimension: 3, components: 2, team: team)
  }
  #expect(failure?.code == .badData)
}
