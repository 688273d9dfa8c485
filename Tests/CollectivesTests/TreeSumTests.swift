import Collectives
import TestSupport
import Testing

/// Sums between processes. `collectives-selftest sums` compares every element on every rank with the tree over 16 shards
/// that each rank computes alone, from numbers of either sign with exponents from -20 to 20.
struct TreeSumTests {
  let selfTest = BuiltExecutable.path("collectives-selftest")

  @Test func sumsHaveTheBitsOfTheReferenceTreeAtAnyNumberOfRanks() {
    let alone = Shell.run(selfTest, ["sums"])
    #expect(alone.exitCode == 0 && alone.standardOutput.hasPrefix("sums "), "\(alone)")
    for ranks in [1, 2, 4, 8, 16] {
      let result = MPIJob.run(ranks: ranks, selfTest, ["sums"])
      #expect(result.exitCode == 0, "\(result)")
      #expect(result.standardOutput == alone.standardOutput, "\(result)")
    }
  }

  @Test(arguments: [("leftToRight", 2), ("leftToRight", 4), ("farPartnersFirst", 4), ("farPartnersFirst", 8)])
  func aWrongOrderOfSummationIsNoticed(order: String, ranks: Int) {
    let result = MPIJob.run(ranks: ranks, selfTest, ["sums", order])
    #expect(result.exitCode == 70, "\(result)")
    #expect(result.standardError.contains("tree sum of"), "\(result)")
  }

  @Test(arguments: [2, 4, 8])
  func partsAreSummedInTreeOrderThroughSharedMemoryAndThroughMessages(ranks: Int) {
    for (setting, way) in [("on", "window\n"), ("off", "messages\n")] {
      let result = MPIJob.run(
        ranks: ranks, selfTest, ["window"], environment: ["ATELIER_SHARED_WINDOW": setting])
      #expect(result.exitCode == 0, "\(result)")
      #expect(result.standardOutput == way, "\(result)")
    }
  }

  @Test func rowsFoldInTreeOrder() {
    // Long enough for whole vectors and a tail; single precision loses small addends beside large ones.
    let width = 37
    var wide: [Float] = (0..<8 * width).map { index in
      index % 7 == 0 ? Float(index) * 1e5 : Float(index % 13) * 0.1
    }
    let rows: [[Float]] = (0..<8).map { Array(wide[$0 * width..<($0 + 1) * width]) }
    func sum(_ first: [Float], _ second: [Float]) -> [Float] { zip(first, second).map { $0 + $1 } }
    let lower = sum(sum(rows[0], rows[1]), sum(rows[2], rows[3]))
    let upper = sum(sum(rows[4], rows[5]), sum(rows[6], rows[7]))
    wide.withUnsafeMutableBufferPointer { foldInTreeOrder($0, count: 8) }
    #expect(Array(wide[..<width]) == sum(lower, upper))
    #expect(rows.dropFirst().reduce(rows[0], sum) != sum(lower, upper), "the numbers must tell orders apart")
  }

  @Test func aGroupOfOneSumsItsShardsInTreeOrder() {
    let group = ProcessGroup.single()
    let partials = [0.1, 1e16, 0.2, 1, 0.3, -1e16, 0.4, 1]
    let sums = partials.withUnsafeBufferPointer { group.sum(shardPartials: $0, width: 2) }
    #expect(sums == [(0.1 + 0.2) + (0.3 + 0.4), (1e16 + 1) + (-1e16 + 1)])
    #expect(group.communicationSeconds == 0)
  }
}
