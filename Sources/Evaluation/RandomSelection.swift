import ImageData

extension ImageDataset {
  /// `count` different images, drawn as a function of their number alone, in their order.
  ///
  /// - Precondition: there are at least as many.
  public func randomSelection(_ count: Int) -> ImageDataset {
    let drawn = randomSubset(
      count, of: self.count, seed: RealStatistics.seed, name: SubsetName(use: .selection))
    return subset(drawn.sorted())
  }
}
