import Artifacts

/// What a run trains on, selects on and is tested on.
public struct DataSplits: Sendable {
  public let train: ImageDataset
  /// Nil with the official split, which has none.
  public let validation: ImageDataset?
  public let test: ImageDataset

  public init(train: ImageDataset, validation: ImageDataset?, test: ImageDataset) {
    self.train = train
    self.validation = validation
    self.test = test
  }

  /// The SHA-256 of all images and labels, with which the ranks find out at the start whether they see the same data.
  public var contentHash: SHA256Digest {
    let hash = SHA256()
    for split in [train, validation, test] {
      if let split { split.update(hash) } else { hash.update([0]) }
    }
    return hash.finish()
  }
}
