import Collectives
import TensorCore

/// Compares generated images with real ones on rank 0, and gives all ranks the result, equal to the bit; a collective
/// call.
///
/// - Parameters:
///   - generated: what `extractFeatures` gave: nil on all ranks but 0.
///   - real: what `loadRealStatistics` gave: nil on all ranks but 0.
///   - metrics: what to compute beside the usual.
/// - Throws: on every rank, as `GenerationScores.init`.
public func scoreGeneration(
  _ generated: ImageFeatures?, against real: RealStatistics?, metrics: GenerationMetrics = [],
  group: ProcessGroup, team: ThreadTeam
) throws -> GenerationScores {
  // A comparison with all training images takes rank 0 longer than others usually wait.
  try group.allowing(seconds: 600) {
    try group.decideOnRoot(
      phase: "scores of the generated images", encode: \.bytes, decode: { GenerationScores(bytes: $0) }
    ) {
      try GenerationScores(real: real!, generated: generated!, metrics: metrics, team: team)
    }
  }
}

extension GenerationScores {
  /// The scores as they travel between ranks: words of 64 bits, those that may be absent with a flag before them, then
  /// the texts, with a 0 between two.
  package var bytes: [UInt8] {
    var words = [realCount, generatedCount, dimension, realRank, generatedRank, ceilingCount].map {
      UInt64($0)
    }
    func append(_ word: UInt64?) { words += word.map { [1, $0] } ?? [0] }
    append(floorCount.map { UInt64($0) })
    for metric in GenerationMetric.allCases { append(self[metric]?.bitPattern) }
    append(classHistogram.map { UInt64($0.count) })
    words += (classHistogram ?? []).map { UInt64($0) }
    let texts = ([network] + warnings).map { Array($0.utf8) }
    return words.withUnsafeBytes { Array($0) } + texts.joined(separator: [0])
  }

  /// - Precondition: what `bytes` gave.
  package init(bytes: [UInt8]) {
    var rest = bytes[...]
    func word() -> UInt64 {
      defer { rest.removeFirst(8) }
      return rest.withUnsafeBytes { $0.loadUnaligned(as: UInt64.self) }
    }
    func optionalWord() -> UInt64? { word() == 1 ? word() : nil }
    let counts = (0..<6).map { _ in Int(word()) }
    let floorCount = optionalWord().map { Int($0) }
    let values = GenerationMetric.allCases.map { _ in optionalWord().map { Double(bitPattern: $0) } }
    let histogram = optionalWord().map { classes in (0..<classes).map { _ in Int(word()) } }
    let texts = rest.split(separator: 0, omittingEmptySubsequences: false).map {
      String(decoding: $0, as: UTF8.self)
    }
    self.init(
      network: texts[0], realCount: counts[0], generatedCount: counts[1], dimension: counts[2],
      realRank: counts[3], generatedRank: counts[4], floorCount: floorCount, ceilingCount: counts[5],
      classHistogram: histogram, warnings: Array(texts.dropFirst()), values: values)
  }
}
