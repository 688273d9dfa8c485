import Evaluation
import TensorCore
import TestSupport
import Testing

@Suite struct KernelDistanceTests {
  @Test(arguments: FeatureProblem.cases) func givenSubsetsHaveTheDistancesOfNumPy(name: String) throws {
    let problem = try FeatureProblem(name)
    func subsets(_ tensor: String) throws -> [[Int32]] {
      let size = try problem.fixture.shape("\(name).\(tensor)")[1]
      let indices = try problem.integers(tensor).map(Int32.init)
      return stride(from: 0, to: indices.count, by: size).map { Array(indices[$0..<$0 + size]) }
    }
    let result = try KernelDistance(
      real: problem.real, generated: problem.generated,
      subsets: KernelSubsets(
        real: subsets("kernel.realIndices"), generated: subsets("kernel.generatedIndices")),
      team: singleThread)
    expectClose("subsets", result.subsetValues, try problem.doubles("kernel.values"), tolerance: 1e-6)
    expectClose(
      "mean and spread", [result.mean, result.standardDeviation], try problem.doubles("kernel.summary"),
      tolerance: 1e-6)
  }

  /// Sizes on both sides of the blocks of products, and rows long enough for the other order of products.
  @Test(arguments: [(2, 3), (17, 1), (128, 5), (241, 9), (400, 7), (40, 300)])
  func everySizeHasTheDistanceOfTheReference(size: Int, dimension: Int) throws {
    let real = try randomFeatures(size, dimension: dimension, seed: 1)
    let generated = try randomFeatures(size, dimension: dimension, seed: 2, offset: 0.5)
    let all = (0..<Int32(size)).map { $0 }
    let result = try KernelDistance(
      real: real, generated: generated, subsets: KernelSubsets(real: [all], generated: [all]),
      team: singleThread)
    let expected = KernelDistance.reference(real: real, generated: generated)
    #expect(abs(result.mean - expected) < 1e-6, "\(result.mean), expected \(expected)")
  }

  @Test func halvesOfASetAreAsFarApartAsChanceHasIt() throws {
    let halves = try randomFeatures(2000, dimension: 20, seed: 3).halves(seed: 1)
    let result = try distance(halves.0, halves.1)
    #expect(abs(result.mean) < 2 * result.standardDeviation)
    #expect(result.subsetValues.contains { $0 < 0 } && result.subsetValues.contains { $0 > 0 })
    let moved = try randomFeatures(1000, dimension: 20, seed: 4, offset: 0.2)
    #expect(try distance(halves.0, moved).mean > 10 * result.standardDeviation)
  }

  @Test func oneSubsetAgainstItselfIsBelowZero() throws {
    let features = try randomFeatures(50, dimension: 8, seed: 5)
    let all = [(0..<Int32(50)).map { $0 }]
    let result = try KernelDistance(
      real: features, generated: features, subsets: KernelSubsets(real: all, generated: all),
      team: singleThread)
    #expect(result.mean < 0 && result.standardDeviation == 0)
  }

  @Test func bitsAreTheSameAtAnyNumberOfThreadsAndWithTheRealSideKept() throws {
    let real = try randomFeatures(300, dimension: 33, seed: 6)
    let generated = try randomFeatures(290, dimension: 33, seed: 7, scale: 1.1)
    let expected = try distance(real, generated)
    for threads in [2, 3] {
      let other = try distance(real, generated, team: ThreadTeam(count: threads))
      expectSameBits("subsets", other.subsetValues, expected.subsetValues)
    }
    let subsets = try KernelSubsets(realCount: 300, generatedCount: 290, subsets: 7, size: 150, seed: 9)
    let sums = KernelDistance.selfSums(of: real, subsets: subsets.real, team: ThreadTeam(count: 2))
    let kept = try KernelDistance(
      real: real, generated: generated, subsets: subsets, realSums: sums, team: singleThread)
    expectSameBits("subsets", kept.subsetValues, expected.subsetValues)
  }

  private func distance(
    _ real: FeatureMatrix, _ generated: FeatureMatrix, team: ThreadTeam = singleThread
  ) throws -> KernelDistance {
    try KernelDistance(
      real: real, generated: generated,
      subsets: KernelSubsets(
        realCount: real.count, generatedCount: generated.count, subsets: 7, size: 150, seed: 9), team: team)
  }
}

@Suite struct KernelSubsetsTests {
  @Test func subsetsHaveDifferentIndicesAndAreFunctionsOfTheSeed() throws {
    let subsets = try KernelSubsets(realCount: 60, generatedCount: 50, subsets: 40, size: 45, seed: 1)
    for (side, total) in [(subsets.real, 60), (subsets.generated, 50)] {
      #expect(side.count == 40)
      for indices in side {
        #expect(Set(indices).count == 45 && indices.allSatisfy { $0 >= 0 && $0 < total })
      }
      #expect(Set(side).count == 40)
    }
    #expect(try KernelSubsets(realCount: 60, generatedCount: 50, subsets: 40, size: 45, seed: 1) == subsets)
    #expect(
      try KernelSubsets(realCount: 60, generatedCount: 50, subsets: 40, size: 45, seed: 2).real
        != subsets.real)
    // What is kept of the real side stays right for another number of generated images.
    #expect(
      try KernelSubsets(realCount: 60, generatedCount: 70, subsets: 40, size: 45, seed: 1).real
        == subsets.real)
  }

  @Test func everyIndexIsDrawnAboutEquallyOftenAtEveryPlace() throws {
    let subsets = try KernelSubsets(realCount: 10, generatedCount: 10, subsets: 5000, size: 3, seed: 3).real
    for place in 0..<3 {
      var counts = [Int](repeating: 0, count: 10)
      for subset in subsets { counts[Int(subset[place])] += 1 }
      // 500 each, with a standard deviation of 21.
      #expect(counts.allSatisfy { abs($0 - 500) < 90 }, "\(counts)")
    }
  }

  @Test func subsetsAreNoLargerThanTheSmallerSide() throws {
    #expect(try KernelSubsets(realCount: 5000, generatedCount: 700, seed: 1).size == 700)
    #expect(try KernelSubsets(realCount: 5000, generatedCount: 7000, subsets: 2, seed: 1).size == 1000)
    expectBadData("not 1") { try KernelSubsets(realCount: 5000, generatedCount: 1, seed: 1) }
  }
}
