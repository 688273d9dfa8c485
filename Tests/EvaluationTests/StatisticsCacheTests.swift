import Artifacts
import Collectives
import Diagnostics
import Evaluation
import ImageData
import TensorCore
import TestSupport
import Testing

private var group: ProcessGroup { .single() }

private func key(
  _ images: ImageDataset, network: RowSumNetwork = RowSumNetwork(), environment: String = "avx2"
) -> StatisticsKey {
  StatisticsKey(images: images, network: network, environment: environment)
}

extension StatisticsCache.Lookup {
  fileprivate var statistics: RealStatistics? {
    if case .found(let statistics) = self { statistics } else { nil }
  }
  fileprivate var reason: String? { if case .unusable(let reason) = self { reason } else { nil } }
  fileprivate var isAbsent: Bool { if case .absent = self { true } else { false } }
}

private func expectSame(_ actual: RealStatistics, _ expected: RealStatistics) throws {
  func values(_ matrix: FeatureMatrix) -> [Float] { matrix.values.array }
  expectSameBits("features", values(actual.features), values(expected.features))
  expectSameBits("mean", actual.gaussian.moments.mean, expected.gaussian.moments.mean)
  expectSameBits("covariance", actual.gaussian.moments.covariance, expected.gaussian.moments.covariance)
  expectSameBits("kernel sums", actual.kernelSums, expected.kernelSums)
  #expect(actual.network == expected.network && actual.gaussian.rank == expected.gaussian.rank)
  #expect(actual.neighbours == expected.neighbours)
  #expect(actual.floor == expected.floor && actual.ceiling == expected.ceiling)
  // The factor of the covariance shows in the distance.
  let generated = try madeUpFeatures(60, dimension: expected.dimension, seed: 9)
  #expect(
    try GenerationScores(real: actual, generated: generated, team: singleThread)
      == GenerationScores(real: expected, generated: generated, team: singleThread))
}

/// A cache that holds some statistics, whoever they belong to.
private struct FilledCache {
  let folder = TemporaryFolder()
  let cache: StatisticsCache
  let key: StatisticsKey
  let content: [UInt8]
  var path: String { cache.path(for: key) }

  init() throws {
    cache = StatisticsCache(folder: folder.path("new/folder"), environment: "avx2")
    key = EvaluationTests.key(try syntheticImages(30))
    #expect(cache.lookUp(key).isAbsent)
    let reason = try cache.store(madeUpStatistics(40, dimension: 3, seed: 3), for: key)
    #expect(reason == nil && cache.lookUp(key).statistics != nil)
    content = try FileSystem.read(cache.path(for: key))
  }

  /// Puts other bytes in the place of the file.
  func replace(_ bytes: [UInt8]) throws { try OutputFile(creating: path).write(bytes) }
}

@Suite struct StatisticsCacheTests {
  /// 4 images have halves and no neighbours, 3 not even halves.
  @Test(arguments: [(237, 4), (237, nil), (4, 4), (3, 4)] as [(Int, Int?)])
  func whatIsKeptComesBackToTheBit(count: Int, classes: Int?) throws {
    let statistics = try madeUpStatistics(count, seed: 1, classes: classes)
    #expect((statistics.neighbours == nil) == (count < 6) && (statistics.floor == nil) == (count < 4))
    let folder = TemporaryFolder()
    let cache = StatisticsCache(folder: folder.path, environment: "")
    let key = key(try syntheticImages(30))
    #expect(cache.store(statistics, for: key) == nil)
    // The name of the network is the key's.
    let kept = try #require(cache.lookUp(key).statistics)
    #expect(kept.network == "row-sums")
    try expectSame(
      kept,
      RealStatistics(
        of: madeUpFeatures(count, seed: 1, classes: classes),
        noise: madeUpFeatures(max(2, count / 2), seed: 77, offset: 5).features, network: "row-sums",
        team: singleThread))
    #expect(try FileSystem.names(in: folder.path) == [key.fileName])
    #expect(key.fileName.hasPrefix("row-sums-") && key.fileName.hasSuffix(".safetensors"))
    #expect(key.fileName.count == "row-sums-0123456789abcdef.safetensors".count)
  }

  @Test func keysDifferWithAllThatStatisticsDependOn() throws {
    let images = try syntheticImages(30)
    let usual = key(images)
    #expect(try key(syntheticImages(30)) == usual)
    let otherWeights = RowSumNetwork()
    otherWeights.weightsDigest = "other"
    let otherPreprocessing = RowSumNetwork()
    otherPreprocessing.preprocessing = "other"
    let others = [
      key(images.prefix(29)), key(images, network: otherWeights),
      key(images, network: otherPreprocessing),
      key(images, network: RowSumNetwork(classes: nil)), key(try syntheticImages(31, isFloat: true)),
    ]
    for (index, other) in others.enumerated() {
      #expect(other != usual && other.fileName != usual.fileName, "\(index)")
    }
    // Another program takes the place of the first one's file, which it finds stale.
    let elsewhere = key(images, environment: "avx512")
    #expect(elsewhere != usual && elsewhere.fileName == usual.fileName)
  }

  @Test func aFileOfOtherStatisticsIsStale() throws {
    let filled = try FilledCache()
    let other = key(try syntheticImages(29))
    // As if the first digits of both keys' digests were equal.
    let path = filled.cache.path(for: other)
    try OutputFile(creating: path).write(filled.content)
    #expect(filled.cache.lookUp(other).reason == "the cache file \(path) is stale")
    #expect(filled.cache.lookUp(filled.key).statistics != nil)
  }

  @Test func aTruncatedOrEmptyFileIsDamaged() throws {
    let filled = try FilledCache()
    for length in [0, 7, 8, 300, filled.content.count - 1] {
      try filled.replace(Array(filled.content[..<length]))
      #expect(filled.cache.lookUp(filled.key).reason == "the cache file \(filled.path) is damaged")
    }
    try filled.replace(filled.content + [0])
    #expect(filled.cache.lookUp(filled.key).reason != nil)
  }

  @Test func everyFlippedByteIsNoticed() throws {
    let filled = try FilledCache()
    for index in filled.content.indices {
      var content = filled.content
      content[index] ^= 1
      try filled.replace(content)
      let lookup = filled.cache.lookUp(filled.key)
      #expect(lookup.reason != nil, "byte \(index): \(content[index])")
    }
  }

  @Test func aFileThatCannotBeReadIsNamed() throws {
    let filled = try FilledCache()
    try FileSystem.remove(filled.path)
    try FileSystem.createFolder(filled.path)
    #expect(filled.cache.lookUp(filled.key).reason?.contains(filled.path) == true)
  }

  @Test func whereNothingCanBeWrittenTheReasonIsSaid() throws {
    let folder = TemporaryFolder()
    let file = try folder.write("file", [1])
    let cache = StatisticsCache(folder: file + "/atelier", environment: "")
    let key = key(try syntheticImages(30))
    #expect(cache.lookUp(key).isAbsent)
    let reason = try cache.store(madeUpStatistics(8, seed: 1), for: key)
    #expect(reason?.contains(file) == true)
  }

  @Test func theUsualFolderIsXDGsOrBelowHome() {
    func folder(_ variables: [String: String]) -> String? {
      StatisticsCache.defaultFolder { variables[$0] }
    }
    #expect(folder(["XDG_CACHE_HOME": "/x", "HOME": "/h"]) == "/x/atelier")
    #expect(folder(["XDG_CACHE_HOME": "", "HOME": "/h"]) == "/h/.cache/atelier")
    #expect(folder(["XDG_CACHE_HOME": "relative", "HOME": "/h"]) == "/h/.cache/atelier")
    #expect(folder([:]) == nil)
  }
}

@Suite struct LoadRealStatisticsTests {
  private let folder = TemporaryFolder()
  private let images: ImageDataset

  init() throws { images = try syntheticImages(130) }

  /// The statistics, what was reported, and how often the network ran.
  private func load(
    _ cache: StatisticsCache?, threads: Int = 1
  ) throws -> (statistics: RealStatistics, reports: [String], calls: Int) {
    let network = RowSumNetwork()
    var reports: [String] = []
    let statistics = try loadRealStatistics(
      of: images, by: network, cache: cache, group: group,
      team: ThreadTeam(count: threads), report: { reports.append($0) })
    return (try #require(statistics), reports, network.calls)
  }

  @Test func theSecondTimeNothingIsComputed() throws {
    let cache = StatisticsCache(folder: folder.path("cache"), environment: "")
    let first = try load(cache)
    #expect(first.reports.isEmpty && first.calls == 4 && first.statistics.network == "row-sums")
    #expect(first.statistics.floor?.imageCount == 65 && first.statistics.ceiling.imageCount == 130)
    let second = try load(cache)
    #expect(second.reports.isEmpty && second.calls == 0)
    try expectSame(second.statistics, first.statistics)
    let uncached = try load(nil, threads: 2)
    #expect(uncached.reports.isEmpty && uncached.calls == 4)
    try expectSame(uncached.statistics, first.statistics)
  }

  @Test func aDamagedFileIsSaidAndMadeAnew() throws {
    let cache = StatisticsCache(folder: folder.path("cache"), environment: "")
    let first = try load(cache)
    let path = folder.path("cache/") + (try FileSystem.names(in: folder.path("cache"))[0])
    let content = try FileSystem.read(path)
    var damaged = content
    damaged[content.count / 2] ^= 4
    try OutputFile(creating: path).write(damaged)
    let second = try load(cache)
    #expect(second.reports == ["the cache file \(path) is damaged: made anew"])
    try expectSame(second.statistics, first.statistics)
    #expect(try FileSystem.read(path) == content)
    #expect(try load(cache).calls == 0)
  }

  @Test func aFolderThatCannotBeMadeIsSaidAndNoFailure() throws {
    let file = try folder.write("file", [])
    let result = try load(StatisticsCache(folder: file, environment: ""))
    #expect(result.reports.count == 1)
    #expect(result.reports.first?.hasSuffix(": the statistics of the real images are not kept") == true)
    try expectSame(result.statistics, load(nil).statistics)
  }

  @Test func tooFewImagesAreRefused() throws {
    expectBadData("1 real images") {
      try loadRealStatistics(
        of: images.prefix(1), by: RowSumNetwork(), cache: nil, group: group,
        team: singleThread, report: { _ in })
    }
  }
}
