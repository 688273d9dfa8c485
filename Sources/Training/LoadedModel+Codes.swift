import Collectives
import Diagnostics
import Evaluation
import ImageData

/// Images to codes and back; collective calls whose results rank 0 has.
extension LoadedModel {
  /// The images of one part of the data.
  ///
  /// - Parameters:
  ///   - data: as for training, split as the run's data was.
  ///   - requiresOwnData: refuses images that the model was not trained with.
  /// - Throws: `Failure` 64 when the split has no such part, 65 when the data is not the run's own, or the images are not
  ///   of the model's size, and what reading throws.
  public func images(of part: SplitPart, data: String?, requiresOwnData: Bool) throws -> ImageDataset {
    let splits = try loadSplits(configuration, data: data, group: group).splits
    guard let images = splits[part] else {
      throw Failure(
        .usage, "the run's data has no validation images", help: "use --split train or --split test")
    }
    guard images.height == height && images.width == width else {
      throw Failure(
        .badData,
        "the images are of \(images.height)x\(images.width) pixels, but the model takes \(height)x\(width)",
        help: "name data of that size with --data")
    }
    guard !requiresOwnData || splits.contentHash.description == dataHash else {
      throw Failure(
        .badData, "the model was trained on other data than this",
        help: "name the data it was trained on, or any other of the same size, with --data")
    }
    return images
  }

  /// The codes of images, (images, `latentDimension`).
  public func encode(_ images: ImageDataset) throws -> [Float] {
    encodeImages(images, by: try coder(), shards: configuration.shards, group: group, team: team)
  }

  /// The same where codes are to be placed among each other.
  ///
  /// - Throws: `Failure` 65 on every rank where one is not finite.
  func encodeToFinite(_ images: ImageDataset) throws -> [Float] {
    let codes = try encode(images)
    try requireFinite(codes)
    return codes
  }

  /// Refuses codes that no image can be made of; a collective call that looks at rank 0's.
  ///
  /// - Throws: `Failure` 65 on every rank.
  func requireFinite(_ codes: [Float]) throws {
    try group.decideOnRoot(phase: "looking at codes") {
      guard let number = codes.first(where: { !$0.isFinite }) else { return }
      throw Failure(
        .badData, "the model's codes are not finite: one holds \(number)",
        help: "use a checkpoint from before the loss grew out of range")
    }
  }

  /// The images of the codes that a file holds, (codes, height * width) in [0, 1].
  ///
  /// - Returns: how many there are, on every rank, beside the images.
  /// - Throws: what `readCodes` throws on rank 0, on every rank.
  public func decode(codesIn path: String) throws -> (count: Int, images: [Float]) {
    let latentDimension = try coder().latentDimension
    var codes: [Float] = []
    try group.decideOnRoot(phase: "reading codes") {
      codes = try readCodes(path, latentDimension: latentDimension)
    }
    var count = codes.count / latentDimension
    withUnsafeMutableBytes(of: &count) { group.broadcast($0, phase: "sending codes") }
    return (count, try decode(codes, count: count))
  }

  /// The images of codes.
  ///
  /// - Parameters:
  ///   - codes: (count, `latentDimension`) on rank 0; those of other ranks are not looked at.
  ///   - count: known to all ranks.
  /// - Returns: (count, height * width) in [0, 1] on rank 0, nothing on the others.
  func decode(_ codes: [Float], count: Int) throws -> [Float] {
    let model = try coder()
    var codes = group.isRoot ? codes : [Float](repeating: 0, count: count * latentDimension)
    precondition(codes.count == count * latentDimension)
    codes.withUnsafeMutableBytes { group.broadcast($0, phase: "sending codes") }
    return decodeCodes(codes, by: model, shards: configuration.shards, group: group, team: team)
  }

  /// Images, what the model makes of them, and how similar the two are.
  ///
  /// - Returns: nil on all ranks but rank 0.
  public func reconstruct(_ images: ImageDataset) throws -> Reconstructions? {
    let outputs = rebuildImages(
      images, by: try coder(), shards: configuration.shards, group: group, team: team)
    guard group.isRoot else { return nil }
    return Reconstructions(of: images, outputs: outputs, team: team)
  }

  /// Numbers in a code; 0 for a model that has none.
  public var latentDimension: Int { configuration.latent ?? 0 }
}
