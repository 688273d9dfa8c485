import Artifacts
import Diagnostics
import Evaluation
import ImageData

/// Two images of a part of the data, by their numbers there.
public struct ImagePair: Sendable, Equatable {
  public let first: Int
  public let last: Int

  public init(first: Int, last: Int) {
    self.first = first
    self.last = last
  }

  public var text: String { "\(first)-\(last)" }
}

/// Which ways between two codes are shown.
public enum PathChoice: String, Sendable, CaseIterable {
  case linear
  case spherical
  /// One below the other.
  case both

  var paths: [CodePath] {
    switch self {
    case .linear: [.linear]
    case .spherical: [.spherical]
    case .both: [.linear, .spherical]
    }
  }
}

extension LoadedModel {
  /// The images on the way from one image's code to another's; a collective call.
  ///
  /// - Parameters:
  ///   - images: those of `part`.
  ///   - steps: images on each way, both ends included.
  ///   - path: of the file that they are for.
  /// - Returns: a row for each way of each pair, nil on all ranks but rank 0.
  /// - Throws: `Failure` 64 for images that are not there, or more than a page can hold; 65 for codes that are not finite.
  public func interpolate(
    _ images: ImageDataset, part: SplitPart, pairs: [ImagePair], along choice: PathChoice, steps: Int,
    for path: String
  ) throws -> CodePicture? {
    let paths = choice.paths
    let rows = pairs.count * paths.count
    try CodePicture.requireFits(path, images: rows * (steps + 2), height: height, width: width)
    let ends = pairs.flatMap { [$0.first, $0.last] }
    for image in ends { try images.requireImage(image, part: part, option: "--pairs") }
    let endImages = images.subset(ends.map(Int32.init))
    let endCodes = try encodeToFinite(endImages)

    var codes: [Float] = []
    if group.isRoot {
      for pair in pairs.indices {
        let first = endCodes[2 * pair * latentDimension..<(2 * pair + 1) * latentDimension]
        let last = endCodes[(2 * pair + 1) * latentDimension..<(2 * pair + 2) * latentDimension]
        for path in paths { codes += path.codes(from: first, to: last, steps: steps) }
      }
    }
    let decoded = try decode(codes, count: rows * steps)
    guard group.isRoot else { return nil }
    return CodePicture(
      height: height, width: width, images: decoded,
      labels: pairs.flatMap { pair in
        paths.map { "\(part.rawValue) \(pair.text)" + (paths.count > 1 ? " \($0.rawValue)" : "") }
      },
      captions: (0..<steps).map { "t=\(decimals(Double($0) / Double(steps - 1), 2))" },
      ends: pairs.indices.flatMap { pair in
        paths.map { _ in
          CodePicture.Ends(left: endImages.brightness(2 * pair), right: endImages.brightness(2 * pair + 1))
        }
      })
  }
}

extension ImageDataset {
  /// Pairs of images of different classes: each of the first images with the next one that is of another class, no image
  /// twice. Without labels, or where all are of one class, the first with the second, the third with the fourth, and so
  /// on.
  ///
  /// - Returns: at most `limit`, fewer where images run out.
  public func pairsOfDifferentClasses(atMost limit: Int) -> [ImagePair] {
    var pairs: [ImagePair] = []
    if let labels {
      var isUsed = [Bool](repeating: false, count: count)
      for first in 0..<count where pairs.count < limit && !isUsed[first] {
        let next = (first + 1..<count).first { !isUsed[$0] && labels[$0] != labels[first] }
        // All that are left are of one class.
        guard let next else { break }
        isUsed[next] = true
        pairs.append(ImagePair(first: first, last: next))
      }
    }
    if !pairs.isEmpty { return pairs }
    return (0..<min(limit, count / 2)).map { ImagePair(first: 2 * $0, last: 2 * $0 + 1) }
  }

  /// Throws a usage failure unless there is an image of that number.
  func requireImage(_ image: Int, part: SplitPart, option: String) throws(Failure) {
    guard image >= count else { return }
    throw Failure(
      .usage, "\(option) names image \(image), but --split \(part.rawValue) has \(grouped(count))",
      help: "name images from 0 to \(count - 1)")
  }

  /// An image in [0, 1], (height * width).
  func brightness(_ index: Int) -> [Float] {
    [Float](unsafeUninitializedCapacity: pixelsPerImage) { buffer, initialized in
      copyImage(index, to: buffer.baseAddress!)
      initialized = pixelsPerImage
    }
  }
}
