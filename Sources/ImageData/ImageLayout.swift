import Artifacts
import Diagnostics

/// How a pixel lies in memory and in files.
public enum PixelType: String, Sendable {
  /// 0 to 255.
  case uint8
  /// 0 to 1.
  case float32

  public var size: Int { self == .uint8 ? 1 : 4 }
}

/// What a source of images holds, as far as its headers tell, and how it lies in memory: the images of all its parts,
/// one part after the other, (N,H,W) in C order, then a byte an image of labels where there are labels.
public struct ImageLayout: Sendable, Equatable {
  /// The file or folder that the images come from.
  public let path: String
  public let pixelType: PixelType
  /// Images of each part: the training and the test images of IDX files; one part of an npy file.
  public let counts: [Int]
  public let height: Int
  public let width: Int
  public let isLabelled: Bool

  /// - Parameter names: what each part is called in messages.
  /// - Throws: `Failure` 65 when a part has no images, or they are too many for `EpochOrder`.
  public init(
    path: String, pixelType: PixelType, counts: [Int], names: [String], height: Int, width: Int,
    isLabelled: Bool
  ) throws {
    precondition(counts.count == names.count)
    for (name, count) in zip(names, counts) where count == 0 || height == 0 || width == 0 {
      throw Failure(.badData, "\(name) holds no images", help: "use a file that has some")
    }
    let total = counts.reduce(0, +)
    guard total <= EpochOrder.countLimit else {
      throw Failure(
        .badData, "\(path) holds \(total) images, more than \(EpochOrder.countLimit)",
        help: "use a part of them")
    }
    self.init(
      path: path, pixelType: pixelType, counts: counts, height: height, width: width, isLabelled: isLabelled)
  }

  private init(
    path: String, pixelType: PixelType, counts: [Int], height: Int, width: Int, isLabelled: Bool
  ) {
    self.path = path
    self.pixelType = pixelType
    self.counts = counts
    self.height = height
    self.width = width
    self.isLabelled = isLabelled
  }

  /// Makes sure that models, which halve images twice, can take these.
  ///
  /// - Throws: `Failure` 65 when their sides are no multiples of 4.
  func requireSidesForModels() throws {
    guard height % 4 == 0 && width % 4 == 0 else {
      throw Failure(
        .badData, "\(path) holds images of \(height)x\(width) pixels; both sides must be multiples of 4",
        help: "pad or scale the images")
    }
  }

  // MARK: - Memory

  /// Images of all parts.
  public var count: Int { counts.reduce(0, +) }
  public var pixelsPerImage: Int { height * width }
  public var bytesPerImage: Int { pixelsPerImage * pixelType.size }
  /// Pixels and labels.
  public var byteCount: Int { labelOffset + (isLabelled ? count : 0) }
  var labelOffset: Int { count * bytesPerImage }

  /// Where the images of a part lie.
  func pixelBytes(ofPart part: Int) -> Range<Int> {
    let first = counts[..<part].reduce(0, +)
    return first * bytesPerImage..<(first + counts[part]) * bytesPerImage
  }

  /// Where the labels of a part lie.
  func labelBytes(ofPart part: Int) -> Range<Int> {
    let first = labelOffset + counts[..<part].reduce(0, +)
    return first..<first + counts[part]
  }

  /// The SHA-256 of everything that can matter to a run: type, shape, pixels and labels, not path or compression.
  func digest(ofParts parts: [SHA256Digest]) -> SHA256Digest {
    let hash = SHA256()
    let labels = isLabelled ? " with labels" : ""
    hash.update(Array("\(pixelType.rawValue) \(counts) \(height)x\(width)\(labels)\n".utf8))
    for part in parts { hash.update(part.bytes) }
    return hash.finish()
  }

  // MARK: - Telling other processes

  public var json: JSONValue {
    [
      "path": .string(path), "pixels": .string(pixelType.rawValue), "height": .integer(height),
      "width": .integer(width), "counts": .array(counts.map { .integer($0) }), "labels": .bool(isLabelled),
    ]
  }

  /// What `json` gave; nil for anything else.
  public init?(json: JSONValue) {
    guard let path = json["path"]?.stringValue,
      let pixelType = json["pixels"]?.stringValue.flatMap(PixelType.init(rawValue:)),
      let counts = json["counts"]?.arrayValue?.compactMap(\.integerValue),
      let height = json["height"]?.integerValue, let width = json["width"]?.integerValue,
      let isLabelled = json["labels"]?.boolValue
    else { return nil }
    self.init(
      path: path, pixelType: pixelType, counts: counts, height: height, width: width, isLabelled: isLabelled)
  }
}
