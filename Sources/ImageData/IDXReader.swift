import Artifacts
import Diagnostics

/// Reads an array of bytes in the IDX format of the MNIST family, plain or compressed with gzip: two zero bytes, the
/// element type, the number of dimensions, each dimension (32 bits, big-endian), the elements in C order. The header at
/// once, the elements when asked.
///
/// Source: yann.lecun.com/exdb/mnist, "The IDX file format".
package final class IDXReader: @unchecked Sendable {
  package let path: String
  package let shape: [Int]
  /// Used by one thread at a time, as its owner sees to.
  private let reader: GzipReader

  /// The format's code for unsigned bytes, the only element type of image sets.
  private static let byteType: UInt8 = 0x08

  /// - Parameter dimensions: the number it must have: 3 for images, 1 for labels.
  /// - Throws: `Failure` 66 when it is not there; 65 with the file and the fault when it has another type or number of
  ///   dimensions, or can't hold as much as its dimensions say; 74.
  package init(opening path: String, dimensions: Int) throws {
    self.path = path
    reader = try GzipReader(opening: path)
    var header = [UInt8](repeating: 0, count: 4 + 4 * dimensions)
    let headerCount = try header.withUnsafeMutableBytes { [reader] in try reader.read(into: $0) }

    let magic = [0, 0, Self.byteType, UInt8(dimensions)]
    guard headerCount >= 4, Array(header[..<4]) == magic else {
      let found = Self.hexadecimal(header[..<min(headerCount, 4)])
      throw GzipReader.fault(path, "it starts with \(found), not \(Self.hexadecimal(magic[...]))")
    }
    guard headerCount == header.count else { throw GzipReader.fault(path, "it ends inside its header") }

    shape = (0..<dimensions).map { dimension in
      header[(4 + 4 * dimension)..<(8 + 4 * dimension)].reduce(0) { $0 << 8 | Int($1) }
    }
    var count = 1
    for size in shape {
      let (product, overflows) = count.multipliedReportingOverflow(by: size)
      guard !overflows else { throw GzipReader.fault(path, "its dimensions \(shape) are beyond all memory") }
      count = product
    }
    // Before anyone reserves memory for them.
    guard count / GzipReader.largestExpansion <= reader.storedSize else { throw tooShort(count) }
  }

  /// Reads all elements; once only.
  ///
  /// - Parameter memory: as many bytes as the shape has elements.
  /// - Returns: their hash.
  /// - Throws: `Failure` 65 when the file is cut short, is longer than its dimensions say, or its gzip data is corrupt;
  ///   74.
  package func readElements(into memory: UnsafeMutableRawBufferPointer) throws -> SHA256Digest {
    precondition(memory.count == shape.reduce(1, *))
    let hash = SHA256()
    // Pieces that are still in the cache when they are hashed.
    for start in stride(from: 0, to: memory.count, by: 1 << 20) {
      let piece = UnsafeMutableRawBufferPointer(rebasing: memory[start..<min(start + 1 << 20, memory.count)])
      guard try reader.read(into: piece) == piece.count else { throw tooShort(memory.count) }
      hash.update(UnsafeRawBufferPointer(piece))
    }
    // Reading past the end also makes zlib compare its checksum.
    var extra: UInt8 = 0
    let extraCount = try withUnsafeMutableBytes(of: &extra) { try reader.read(into: $0) }
    guard extraCount == 0 else {
      throw GzipReader.fault(path, "it is longer than its dimensions \(shape) say")
    }
    return hash.finish()
  }

  private func tooShort(_ count: Int) -> Failure {
    GzipReader.fault(path, "it ends before the \(count) bytes that its dimensions \(shape) need")
  }

  private static func hexadecimal(_ bytes: ArraySlice<UInt8>) -> String {
    guard !bytes.isEmpty else { return "nothing" }
    return bytes.map { ($0 < 16 ? "0" : "") + String($0, radix: 16) }.joined(separator: " ")
  }
}
