import Collectives
import ImageData
import TensorCore

/// The statistics of real images: from the cache, else computed and kept there; a collective call in which rank 0 alone
/// sees files.
///
/// A cache that can't be used or written never fails the call: it is said, and the statistics are computed. Their bits
/// are the same either way.
///
/// - Parameters:
///   - cache: rank 0's; nil for none.
///   - report: called on rank 0 with a line for people, such as "the cache file … is damaged: made anew".
/// - Returns: on rank 0, nil on the others.
/// - Throws: on every rank, 65 where the network can't take images of that size, there are fewer than two, or a feature
///   is not finite; 1 where OpenBLAS is not installed.
public func loadRealStatistics(
  of images: ImageDataset, by network: any FeatureNetwork, cache: StatisticsCache?, group: ProcessGroup,
  team: ThreadTeam, report: (String) -> Void
) throws -> RealStatistics? {
  try network.requireSize(height: images.height, width: images.width)
  let key = cache.map {
    StatisticsKey(images: images, network: network, environment: $0.environment)
  }
  var kept: RealStatistics?
  func lookUp() -> Bool {
    guard let cache, let key else { return false }
    switch cache.lookUp(key) {
    case .found(let statistics): kept = statistics
    case .absent: break
    case .unusable(let reason): report("\(reason): made anew")
    }
    return kept != nil
  }
  let isKept = try group.answerFromRoot(phase: "the cache of statistics", lookUp)
  if isKept { return kept }

  let real = try extractFeatures(
    of: images, by: network, name: "real images", group: group, team: team)
  let pixels = images.pixelsPerImage
  let noise = try extractFeatures(
    count: RealStatistics.noiseCount(realCount: images.count), height: images.height, width: images.width,
    by: network, name: "noise images", group: group, team: team
  ) { range, destination in
    team.forEachRange(range.count) { rows in
      for row in rows {
        fillNoiseImage(
          destination + row * pixels, count: pixels, index: range.lowerBound + row, seed: RealStatistics.seed)
      }
    }
  }

  // Neighbours among all training images take rank 0 longer than others usually wait.
  var statistics: RealStatistics?
  try group.allowing(seconds: 600) {
    try group.decideOnRoot(phase: "statistics of the real images") {
      let result = try RealStatistics(of: real!, noise: noise!.features, network: network.name, team: team)
      statistics = result
      guard let cache, let key, let reason = cache.store(result, for: key) else { return }
      report("\(reason): the statistics of the real images are not kept")
    }
  }
  return statistics
}
