import Artifacts

/// All images of a source in memory. Copies share the memory.
public struct ImageCollection: Sendable {
  public let layout: ImageLayout
  /// Of content, type and shape, with which ranks and resumed runs find out whether they see the same data.
  public let digest: SHA256Digest
  private let storage: PixelStorage

  /// - Precondition: the storage is laid out as `layout` says.
  public init(layout: ImageLayout, digest: SHA256Digest, storage: PixelStorage) {
    precondition(storage.bytes.count >= layout.byteCount)
    self.layout = layout
    self.digest = digest
    self.storage = storage
  }

  /// Reads a source into memory of this process alone.
  public init(reading source: any ImageSource) throws {
    var digest: SHA256Digest?
    let storage = try PixelStorage(byteCount: source.layout.byteCount) { digest = try source.read(into: $0) }
    self.init(layout: source.layout, digest: digest!, storage: storage)
  }

  /// The bytes of an image, (H,W); valid as long as the collection is.
  func image(_ index: Int) -> UnsafeRawBufferPointer {
    let start = index * layout.bytesPerImage
    return UnsafeRawBufferPointer(rebasing: storage.bytes[start..<start + layout.bytesPerImage])
  }

  /// The label of an image; nil where there are none.
  func label(_ index: Int) -> UInt8? {
    layout.isLabelled ? storage.bytes[layout.labelOffset + index] : nil
  }
}
