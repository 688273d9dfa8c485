import ImageData

/// Which side of a comparison images are on: both draw for themselves, so that sets in one order are not compared pair by
/// pair.
public enum ComparisonSide: Int, Sendable {
  case real = 0
  case generated = 1
}

extension ImageDataset {
  /// `count` different images, drawn as a function of the numbers and the side alone, in their order; all where there are
  /// no more.
  public func randomSelection(_ count: Int, side: ComparisonSide) -> ImageDataset {
    if self.count <= count { return self }
    let drawn = randomSubset(
      count, of: self.count, seed: RealStatistics.seed,
      name: SubsetName(use: .selection, side: side.rawValue))
    return subset(drawn.sorted())
  }
}
