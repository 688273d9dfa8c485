import Artifacts
import Diagnostics

/// Grey images of one size as bytes, (N,H,W) in C order, with a label each where the source has them. Copies share the
/// pixels.
public struct ImageDataset: Sendable {
  public let count: Int
  public let height: Int
  public let width: Int
  public let labels: [UInt8]?
  /// At least `count` images; more where this is the beginning of a larger set.
  private let pixels: PixelStorage

  /// Takes images and labels as read.
  ///
  /// - Throws: `Failure` 65 when there are no images, their number is beyond `EpochOrder.countLimit`, their sides are
  ///   no multiples of 4 (models halve them twice), or the labels are of another number.
  public init(images: IDXFile, labels: IDXFile?) throws {
    try self.init(
      name: images.path, shape: images.shape, pixels: images.elements,
      labels: labels.map { (name: $0.path, values: Array($0.elements.bytes)) })
  }

  /// Takes images and labels from elsewhere; see the other form.
  ///
  /// - Parameters:
  ///   - name: what the images are called in messages.
  ///   - shape: (N,H,W).
  public init(name: String, shape: [Int], pixels: PixelStorage, labels: (name: String, values: [UInt8])?)
    throws
  {
    precondition(shape.count == 3 && shape.reduce(1, *) == pixels.bytes.count)
    let (count, height, width) = (shape[0], shape[1], shape[2])
    guard count > 0 && height > 0 && width > 0 else { throw Failure(.badData, "\(name) holds no images") }
    guard count <= EpochOrder.countLimit else {
      throw Failure(
        .badData, "\(name) holds \(count) images, more than \(EpochOrder.countLimit)",
        help: "use a part of them")
    }
    guard height % 4 == 0 && width % 4 == 0 else {
      throw Failure(
        .badData, "\(name) holds images of \(height)x\(width) pixels; both sides must be multiples of 4",
        help: "pad or scale the images")
    }
    if let labels, labels.values.count != count {
      throw Failure(
        .badData, "\(labels.name) holds \(labels.values.count) labels, but \(name) \(count) images",
        help: "use the labels that were published with these images")
    }
    self.init(count: count, height: height, width: width, labels: labels?.values, pixels: pixels)
  }

  private init(count: Int, height: Int, width: Int, labels: [UInt8]?, pixels: PixelStorage) {
    self.count = count
    self.height = height
    self.width = width
    self.labels = labels
    self.pixels = pixels
  }

  public var pixelsPerImage: Int { height * width }

  /// The bytes of an image, (H,W); valid as long as the data set is.
  public func image(_ index: Int) -> UnsafeBufferPointer<UInt8> {
    precondition(index >= 0 && index < count)
    let start = index * pixelsPerImage
    return UnsafeBufferPointer(rebasing: pixels.bytes[start..<(start + pixelsPerImage)])
  }

  /// Writes an image as numbers in [0,1], byte / 255 in Float, to `destination` (H,W).
  public func copyImage(_ index: Int, to destination: UnsafeMutablePointer<Float>) {
    let source = image(index)
    for position in 0..<source.count { destination[position] = Float(source[position]) / 255 }
  }

  /// The first images; all when there are fewer.
  public func prefix(_ limit: Int) -> ImageDataset {
    let kept = min(limit, count)
    return ImageDataset(
      count: kept, height: height, width: width, labels: labels.map { Array($0[..<kept]) }, pixels: pixels)
  }

  /// Adds sizes, pixels and labels to a hash.
  func update(_ hash: SHA256) {
    for number in [count, height, width, labels == nil ? 0 : 1] {
      withUnsafeBytes(of: UInt64(number).littleEndian) { hash.update($0) }
    }
    hash.update(
      UnsafeRawBufferPointer(rebasing: UnsafeRawBufferPointer(pixels.bytes)[..<(count * pixelsPerImage)]))
    if let labels { hash.update(labels) }
  }
}
