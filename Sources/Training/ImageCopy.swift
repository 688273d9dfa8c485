import Artifacts
import Collectives
import Diagnostics
import ImageData

/// Images in memory, shared by the ranks of a host where the system lets them.
struct ImageCopy: Sendable {
  let images: ImageCollection
  /// Nil where the copy belongs to this process alone.
  let memory: SharedMemory?

  /// Reads images into memory that other ranks can attach to.
  init(reading origin: ImageOrigin) throws {
    let source = try origin.open()
    guard let memory = SharedMemory(byteCount: source.layout.byteCount) else {
      self.init(images: try ImageCollection(reading: source), memory: nil)
      return
    }
    let digest = try source.read(into: memory.bytes)
    self.init(layout: source.layout, digest: digest, memory: memory)
  }

  private init(layout: ImageLayout, digest: SHA256Digest, memory: SharedMemory) {
    let storage = PixelStorage(adopting: UnsafeRawBufferPointer(memory.bytes)) { _ = memory }
    self.init(images: ImageCollection(layout: layout, digest: digest, storage: storage), memory: memory)
  }

  private init(images: ImageCollection, memory: SharedMemory?) {
    self.images = images
    self.memory = memory
  }

  // MARK: - Between ranks

  /// What another rank needs to attach to this copy; empty where it can't.
  var card: [UInt8] {
    guard let memory else { return [] }
    let text = JSONValue.object([
      JSONMember("memory", .string(memory.address)), JSONMember("layout", images.layout.json),
    ]).compactText
    return images.digest.bytes + Array(text.utf8)
  }

  /// The copy that another rank gave the card of; nil where its memory is out of reach.
  init?(attachingTo card: [UInt8]) {
    guard card.count > SHA256Digest.byteCount,
      let json = try? JSONValue(parsing: Array(card[SHA256Digest.byteCount...]), file: "a rank's message"),
      let layout = json["layout"].flatMap(ImageLayout.init(json:)), let address = json["memory"]?.stringValue,
      let memory = SharedMemory(attachingTo: address, byteCount: layout.byteCount)
    else { return nil }
    let digest = SHA256Digest(bytes: Array(card[..<SHA256Digest.byteCount]))
    self.init(layout: layout, digest: digest, memory: memory)
  }
}

/// Data that is read on a thread of its own, so that it is there by the time the ranks have met.
public final class ImagePrefetch: Sendable {
  private let find: @Sendable () throws -> ImageCopy

  /// Starts to read; only for a process that is the first on its host, as far as it knows.
  ///
  /// - Parameter labelUse: what labels are needed for; absent ones are then a failure.
  public init(data: String?, labelUse: LabelUse? = nil) {
    let task = BackgroundTask { try ImageCopy(reading: .data(data, labelUse: labelUse)) }
    find = { try task.value() }
  }

  /// Data that is there already.
  init(_ copy: ImageCopy) {
    find = { copy }
  }

  func copy() throws -> ImageCopy { try find() }
}
