import Artifacts
import Diagnostics
import Glibc

/// An npy file of shape (N,H,W), uint8, or float32 in [0,1]. It has no labels.
struct NumPyImages: ImageSource {
  let layout: ImageLayout
  private let file: ReadableFile
  /// Of the elements in the file.
  private let offset: Int

  /// - Throws: `Failure` 66 when it can't be opened, or labels are needed; 65 when its header is damaged, or it has
  ///   another shape or type.
  init(opening path: String, labelUse: LabelUse?) throws {
    if let labelUse {
      throw Failure(
        .noInput, "\(path) holds no labels\(labelUse.reason)",
        help: "name a folder of IDX files that has labels with --data" + labelUse.alternative)
    }
    file = try ReadableFile(opening: path)
    var prefix = [UInt8](repeating: 0, count: min(NumPyFile.headerLimit, file.byteCount))
    let count = try prefix.withUnsafeMutableBytes { [file] in try file.read($0, at: 0) }
    let header = try NumPyFile.contents(
      ofPrefix: Array(prefix[..<count]), byteCount: file.byteCount, path: path)
    offset = header.offset
    guard let type = PixelType(header.dataType) else {
      throw Failure(
        .badData, "\(path) holds elements of type '\(header.dataType.numPyDescriptor)', not uint8 or float32",
        help: "save it as numpy.save(path, images.astype('float32')), with values from 0 to 1")
    }
    guard header.shape.count == 3 else {
      let shape = header.shape.map(String.init).joined(separator: ", ")
      throw Failure(
        .badData, "\(path) has shape (\(shape)), not (images, height, width)",
        help: Self.remedy(forShape: header.shape))
    }
    layout = try ImageLayout(
      path: path, pixelType: type, counts: [header.shape[0]], names: [path], height: header.shape[1],
      width: header.shape[2], isLabelled: false)
  }

  /// How to make images of (N,H,W) from an array of another shape, with the numbers where they are plain.
  private static func remedy(forShape shape: [Int]) -> String {
    let images =
      switch (shape.count, shape.first, shape.last) {
      case (2, _, _): "images.reshape(-1, height, width)"
      case (4, let count?, 1): "images.reshape(\(count), \(shape[1]), \(shape[2]))"
      case (4, let count?, let width?) where shape[1] == 1: "images.reshape(\(count), \(shape[2]), \(width))"
      case (4, _, 3), (4, _, 4): "images[..., :3].mean(axis=3).astype(images.dtype)"
      case (4, _, _) where shape[1] == 3: "images.mean(axis=1).astype(images.dtype)"
      default: "images.reshape(-1, height, width)"
      }
    return "save it as numpy.save(path, \(images))"
  }

  func read(into memory: UnsafeMutableRawBufferPointer) throws -> SHA256Digest {
    let hash = SHA256()
    for start in stride(from: 0, to: memory.count, by: 1 << 20) {
      let piece = UnsafeMutableRawBufferPointer(rebasing: memory[start..<min(start + 1 << 20, memory.count)])
      guard try file.read(piece, at: offset + start) == piece.count else {
        throw Failure(.badData, "\(layout.path) became shorter while it was read")
      }
      if layout.pixelType == .float32 { try checkRange(of: piece, firstPixel: start / 4) }
      hash.update(UnsafeRawBufferPointer(piece))
    }
    return layout.digest(ofParts: [hash.finish()])
  }

  private func checkRange(of piece: UnsafeMutableRawBufferPointer, firstPixel: Int) throws {
    let pixels = piece.assumingMemoryBound(to: Float.self)
    // Nearly always all are good: count first, which vector code can, then look for the place.
    var badCount: Int32 = 0
    for pixel in pixels { badCount += pixel >= 0 && pixel <= 1 ? 0 : 1 }
    guard badCount > 0, let bad = pixels.firstIndex(where: { !($0 >= 0 && $0 <= 1) }) else { return }
    let (image, pixel) = (firstPixel + bad).quotientAndRemainder(dividingBy: layout.pixelsPerImage)
    let (row, column) = pixel.quotientAndRemainder(dividingBy: layout.width)
    throw Failure(
      .badData,
      "\(layout.path) holds \(pixels[bad]) at [\(image), \(row), \(column)]; pixels must be from 0 to 1",
      help: "scale the images, or save whole numbers from 0 to 255 as uint8")
  }
}

/// A file open for reading.
private final class ReadableFile: Sendable {
  let path: String
  let byteCount: Int
  private let descriptor: Int32

  init(opening path: String) throws {
    self.path = path
    // A pipe that nobody writes to would never open otherwise.
    descriptor = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK)
    guard descriptor >= 0 else { throw Failure.system(.read, path) }
    var status = stat()
    fstat(descriptor, &status)
    byteCount = Int(status.st_size)
  }

  deinit {
    close(descriptor)
  }

  /// Fills `memory` as far as the file goes, and gives the number of bytes.
  func read(_ memory: UnsafeMutableRawBufferPointer, at offset: Int) throws -> Int {
    var count = 0
    while count < memory.count {
      let received = pread(descriptor, memory.baseAddress! + count, memory.count - count, offset + count)
      if received < 0 && errno == EINTR { continue }
      guard received >= 0 else { throw Failure.system(.read, path) }
      if received == 0 { break }
      count += received
    }
    return count
  }
}

extension PixelType {
  fileprivate init?(_ type: TensorDataType) {
    switch type {
    case .uint8: self = .uint8
    case .float32: self = .float32
    default: return nil
    }
  }
}
