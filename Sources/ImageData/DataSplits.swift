import Artifacts
import Diagnostics

/// What a run trains on, selects on and is tested on.
public struct DataSplits: Sendable {
  public let train: ImageDataset
  /// Nil with the official split, which has none unless it is asked for.
  public let validation: ImageDataset?
  public let test: ImageDataset
  /// All images that the splits are cut from.
  public let source: ImageLayout
  /// The SHA-256 of all images and labels, before they were split.
  public let contentHash: SHA256Digest

  /// Cuts a collection.
  ///
  /// - IDX files, `official`: training and test images as published; the last `validation` training images select.
  /// - IDX files of Fashion-MNIST, `80-10-10`: see `PublishedSplit`.
  /// - An npy file, whatever `scheme` is: its last seventh tests, the seventh (or `validation` images) before it
  ///   selects, the rest trains.
  ///
  /// - Parameter limit: how many of the first training images to keep, after the cut; nil keeps all.
  /// - Throws: `Failure` 64 when these images can't be cut like that.
  public init(of images: ImageCollection, scheme: SplitScheme, validation: Int?, limit: Int?) throws {
    precondition(validation ?? 1 > 0 && limit ?? 1 > 0)
    let layout = images.layout
    let train: ImageDataset
    if layout.counts.count == 1 {
      let seventh = layout.count / 7
      let testStart = layout.count - seventh
      let split = testStart - (validation ?? seventh)
      guard seventh > 0 else {
        throw Failure(
          .badData,
          "\(layout.path) holds \(layout.count) images, too few to validate and test on a seventh each")
      }
      if let validation { try Self.requireRest(of: testStart, after: validation) }
      train = ImageDataset(images, range: 0..<split)
      self.validation = ImageDataset(images, range: split..<testStart)
      test = ImageDataset(images, range: testStart..<layout.count)
    } else if scheme == .published801010 {
      try Self.requirePublishedImages(images, validation: validation)
      let parts = PublishedSplit.parts.map { ImageDataset(images, list: $0) }
      train = parts[0]
      self.validation = parts[1]
      test = parts[2]
    } else {
      if let validation { try Self.requireRest(of: layout.counts[0], after: validation) }
      let split = layout.counts[0] - (validation ?? 0)
      train = ImageDataset(images, range: 0..<split)
      self.validation = validation == nil ? nil : ImageDataset(images, range: split..<layout.counts[0])
      test = ImageDataset(images, range: layout.counts[0]..<layout.count)
    }
    self.train = limit.map { train.prefix($0) } ?? train
    source = layout
    contentHash = images.digest
  }

  /// The parts there are, by the names that metrics use.
  public var named: [(name: String, images: ImageDataset)] {
    SplitPart.allCases.compactMap { part in self[part].map { (part.rawValue, $0) } }
  }

  private static func requireRest(of count: Int, after validation: Int) throws {
    guard validation < count else {
      throw Failure(
        .usage, "--validation \(validation) leaves none of the \(count) training images",
        help: "use a smaller number")
    }
  }

  /// Only the published images may be cut by the published indices: the same numbers of images and of each class.
  private static func requirePublishedImages(_ images: ImageCollection, validation: Int?) throws {
    if let validation {
      throw Failure(
        .usage, "--validation \(validation) has no place in --split 80-10-10, which has a validation split",
        help: "leave out --validation, or use --split official")
    }
    let layout = images.layout
    var classCounts = [Int](repeating: 0, count: 256)
    if layout.isLabelled { for index in 0..<layout.count { classCounts[Int(images.label(index)!)] += 1 } }
    let isBalanced = classCounts.prefix(10).allSatisfy { $0 == PublishedSplit.imagesPerClass }
    guard layout.counts == PublishedSplit.imageCounts, isBalanced || !layout.isLabelled else {
      throw Failure(
        .usage,
        "--split 80-10-10 is a cut of the 70,000 images of Fashion-MNIST, which \(layout.path) does not hold",
        help: "use --split official, with --validation for images to select on")
    }
  }
}
