/// Some images of a collection in an order of their own, such as those to train on. Copies share the pixels.
public struct ImageDataset: Sendable {
  public let count: Int
  public let height: Int
  public let width: Int
  private let images: ImageCollection
  /// Where the images are in the collection: a range of it, or a list.
  private let start: Int
  private let list: [UInt32]?

  /// All images of a collection, in its order.
  public init(all images: ImageCollection) {
    self.init(images, range: 0..<images.layout.count)
  }

  init(_ images: ImageCollection, range: Range<Int>) {
    self.init(images, count: range.count, start: range.lowerBound, list: nil)
  }

  init(_ images: ImageCollection, list: [UInt32]) {
    self.init(images, count: list.count, start: 0, list: list)
  }

  private init(_ images: ImageCollection, count: Int, start: Int, list: [UInt32]?) {
    self.count = count
    height = images.layout.height
    width = images.layout.width
    self.images = images
    self.start = start
    self.list = list
  }

  public var pixelsPerImage: Int { height * width }

  /// The place of an image in the collection.
  public func sourceIndex(_ index: Int) -> Int {
    precondition(index >= 0 && index < count)
    return list.map { Int($0[index]) } ?? start + index
  }

  /// An image's pixels as they lie in memory, (H,W); valid as long as the data set is.
  public func image(_ index: Int) -> UnsafeRawBufferPointer {
    images.image(sourceIndex(index))
  }

  /// Writes an image as numbers in [0,1] to `destination` (H,W): bytes divided by 255 in Float, floats as they are.
  public func copyImage(_ index: Int, to destination: UnsafeMutablePointer<Float>) {
    let source = image(index)
    switch images.layout.pixelType {
    case .uint8: scaleBytes(source, to: destination)
    case .float32:
      UnsafeMutableRawPointer(destination).copyMemory(from: source.baseAddress!, byteCount: source.count)
    }
  }

  /// The label of each image; nil where the source has none.
  public var labels: [UInt8]? {
    guard images.layout.isLabelled else { return nil }
    return (0..<count).map { images.label(sourceIndex($0))! }
  }

  /// The first images; all when there are fewer.
  public func prefix(_ limit: Int) -> ImageDataset {
    let kept = min(limit, count)
    return ImageDataset(images, count: kept, start: start, list: list.map { Array($0[..<kept]) })
  }

  /// Chosen images in the order of `indices`, which may name one several times.
  ///
  /// - Precondition: all indices are from 0 to `count`-1.
  public func subset(_ indices: [Int32]) -> ImageDataset {
    ImageDataset(images, list: indices.map { UInt32(sourceIndex(Int($0))) })
  }
}

/// destination[i] = source[i] / 255, correctly rounded. A plain loop, which the compiler turns into vector code with the
/// same quotients.
func scaleBytes(_ source: UnsafeRawBufferPointer, to destination: UnsafeMutablePointer<Float>) {
  let bytes = source.baseAddress!.assumingMemoryBound(to: UInt8.self)
  for index in 0..<source.count { destination[index] = Float(bytes[index]) / 255 }
}
