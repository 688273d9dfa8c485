import Collectives
import Diagnostics
import Evaluation
import TensorCore
import TestSupport
import Testing

@Suite struct MixtureFitTests {
  @Test(arguments: MixtureProblem.cases) func fitIsThatOfScikitLearn(name: String) throws {
    let problem = try MixtureProblem(name)
    let fit = try problem.fit(.init(iterationLimit: name == "limited" ? 3 : 100))
    expectClose("weights", fit.mixture.weights, try problem.doubles("weights"), tolerance: 1e-6)
    expectClose("means", fit.mixture.means, try problem.doubles("means"), tolerance: 1e-6)
    expectClose("covariances", fit.mixture.covariances, try problem.doubles("covariances"), tolerance: 1e-6)
    expectClose("history", fit.logLikelihoods, try problem.doubles("history"), tolerance: 1e-8)
    #expect(fit.hasConverged == (name != "limited"))
    let final = fit.mixture.logLikelihood(of: problem.priorCodes(), group: .single(), team: singleThread)
    expectClose("log-likelihood", [final], try problem.doubles("logLikelihood"), tolerance: 1e-8)
  }

  @Test func iterationsNeverLowerTheLikelihood() throws {
    // Regularisation would let covariances be more than what is likeliest.
    let fit = try MixtureProblem("blobs").fit(.init(regularization: 0, tolerance: 0, iterationLimit: 60))
    #expect(fit.logLikelihoods.count == 60 && !fit.hasConverged)
    for (before, after) in zip(fit.logLikelihoods, fit.logLikelihoods.dropFirst()) {
      #expect(after >= before - 1e-13 * abs(before))
    }
    #expect(fit.logLikelihoods.last! > fit.logLikelihoods[0] + 5)
  }

  @Test func oneComponentIsTheGaussianOfTheCodes() throws {
    let problem = try MixtureProblem("blobs")
    let fit = try MixtureFit(
      components: 1, of: problem.priorCodes(), seed: 3, group: .single(), team: singleThread)
    var (mean, covariance) = plainMoments(problem.codes, dimension: problem.dimension)
    for element in 0..<problem.dimension { covariance[element * (problem.dimension + 1)] += 1e-6 }
    #expect(fit.mixture.weights == [1] && fit.hasConverged)
    expectClose("mean", fit.mixture.means, mean, tolerance: 1e-13)
    expectClose("covariance", fit.mixture.covariances, covariance, tolerance: 1e-13)
  }

  @Test func codesFarFromTheOriginKeepTheirCovariance() throws {
    let problem = try MixtureProblem("blobs")
    // Whole numbers, so that nothing is lost to rounding beside the shift.
    let near = problem.codes.map { ($0 * 8).rounded() }
    let far = near.map { $0 + 1_000_000 }
    let covariances = try [near, far].map { codes in
      try MixtureFit(
        components: 2, of: PriorCodes(codes, dimension: 5, shards: 4), seed: 3, group: .single(),
        team: singleThread
      ).mixture.covariances
    }
    expectClose("covariances", covariances[1], covariances[0], tolerance: 1e-7)
  }

  @Test func bitsAreTheSameForEveryNumberOfThreads() throws {
    let problem = try MixtureProblem("rectified")
    for shards in [1, 4, 64, 1024] {
      let fits = try [1, 2, 3].map { threads in
        try MixtureFit(
          components: 3, of: problem.priorCodes(shards: shards), seed: 5, group: .single(),
          team: ThreadTeam(count: threads))
      }
      for fit in fits[1...] {
        expectSameMixture("\(shards) shards", fit.mixture, fits[0].mixture)
        expectSameBits("history", fit.logLikelihoods, fits[0].logLikelihoods)
      }
    }
  }

  @Test(arguments: [1, 2, 4, 8, 64]) func ranksTogetherHaveTheSumOfOne(ranks: Int) throws {
    let (count, shards, width) = (1000, 64, 3)
    let numbers = wideFloats(count * width, seed: 8).map(Double.init)
    func subtreeSums(rank: Int, ranks: Int) -> [Double] {
      let codes = PriorCodes(count: count, dimension: 2, shards: shards, rank: rank, ranks: ranks)
      return codes.subtreeSums(width: width, team: singleThread) { rows, sums in
        for row in rows { for column in 0..<width { sums[column] += numbers[row * width + column] } }
      }
    }
    func fold(_ rows: [Double]) -> [Double] {
      var rows = rows
      rows.withUnsafeMutableBufferPointer { foldInTreeOrder($0, count: $0.count / width) }
      return Array(rows[..<width])
    }
    // Shard by shard, and those in the tree.
    let leaves = (0..<shards).flatMap { subtreeSums(rank: $0, ranks: shards) }
    let expected = fold(leaves)
    let together = fold((0..<ranks).flatMap { fold(subtreeSums(rank: $0, ranks: ranks)) })
    expectSameBits("sums of \(ranks) ranks", together, expected)
    let oneByOne = (0..<width).map { column in
      stride(from: column, to: leaves.count, by: width).reduce(0) { $0 + leaves[$1] }
    }
    #expect(oneByOne != expected)
  }

  @Test(arguments: [(7, 1), (1000, 4), (3, 8)]) func ranksHaveAllCodesOnce(count: Int, ranks: Int) {
    let codes = (0..<count * 2).map(Float.init)
    let parts = (0..<ranks).map { PriorCodes(codes, dimension: 2, shards: 16, rank: $0, ranks: ranks) }
    #expect(parts.flatMap { $0.values.array } == codes)
    #expect(parts.flatMap { Array($0.ownRows) } == Array(0..<count))
  }

  @Test func constantElementsNeedRegularisation() throws {
    let codes: [Float] = (0..<60).flatMap { [Float($0 % 7), 0, Float($0 % 5)] }
    func fit(_ regularization: Double) throws -> MixtureFit {
      try MixtureFit(
        components: 2, of: PriorCodes(codes, dimension: 3, shards: 8), seed: 1,
        options: .init(regularization: regularization), group: .single(), team: singleThread)
    }
    let fitted = try fit(1e-6)
    for component in 0..<2 { #expect(abs(fitted.mixture.cholesky[component * 9 + 4] - 1e-3) < 1e-12) }
    #expect(fitted.logLikelihoods.allSatisfy { $0.isFinite })
    expectBadData("the covariance of the prior's component 1 of 2 is not positive definite") { try fit(0) }
    let failure = #expect(throws: Failure.self) { try fit(0) }
    let help = failure?.help ?? ""
    #expect(help.contains("--latent-activation linear") && help.contains("fewer components"))
  }

  @Test func fewerDistinctCodesThanComponentsHaveAFit() throws {
    let codes: [Float] = (0..<40).flatMap { [Float($0 % 2), Float(1)] }
    let fit = try MixtureFit(
      components: 4, of: PriorCodes(codes, dimension: 2, shards: 4), seed: 1, group: .single(),
      team: singleThread)
    let all = fit.mixture.weights + fit.mixture.means + fit.mixture.cholesky + fit.logLikelihoods
    #expect(all.allSatisfy { $0.isFinite } && fit.mixture.weights.allSatisfy { $0 > 0 })
  }

  @Test func codesThatCannotBeFittedAreRefused() throws {
    func fit(_ codes: [Float], components: Int) throws -> MixtureFit {
      try MixtureFit(
        components: components, of: PriorCodes(codes, dimension: 2, shards: 2), seed: 1, group: .single(),
        team: singleThread)
    }
    expectBadData("3 codes are too few for a mixture of 4 components") {
      try fit([1, 2, 3, 4, 5, 6], components: 4)
    }
    expectBadData("code 2 is not finite") { try fit([1, 2, 3, 4, 5, .nan], components: 1) }
  }
}
