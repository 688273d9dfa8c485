import Diagnostics

/// An array of bytes in the IDX format of the MNIST family, plain or compressed with gzip: two zero bytes, the element
/// type, the number of dimensions, each dimension (32 bits, big-endian), the elements in C order.
///
/// Source: yann.lecun.com/exdb/mnist, "The IDX file format".
public struct IDXFile: Sendable {
  public let path: String
  public let shape: [Int]
  public let elements: PixelStorage

  /// The format's code for unsigned bytes, the only element type of image sets.
  private static let byteType: UInt8 = 0x08

  /// Reads a file of unsigned bytes.
  ///
  /// - Parameter dimensions: the number it must have: 3 for images, 1 for labels.
  /// - Throws: `Failure` 66 when it is not there; 65 with the file and the fault when it has another type or number of
  ///   dimensions, is cut short, is longer than its dimensions say, or its gzip data is corrupt; 74.
  public init(reading path: String, dimensions: Int) throws {
    self.path = path
    let reader = try GzipReader(opening: path)
    var header = [UInt8](repeating: 0, count: 4 + 4 * dimensions)
    let headerCount = try header.withUnsafeMutableBytes { try reader.read(into: $0) }

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
    let expected = count
    let tooShort = "it ends before the \(expected) bytes that its dimensions \(shape) need"
    guard expected / GzipReader.largestExpansion <= reader.storedSize else {
      throw GzipReader.fault(path, tooShort)
    }

    elements = try PixelStorage(count: expected) { buffer in
      let received = try reader.read(into: UnsafeMutableRawBufferPointer(buffer))
      guard received == expected else { throw GzipReader.fault(path, tooShort) }
    }
    // Reading past the end also makes zlib compare its checksum.
    var extra: UInt8 = 0
    let extraCount = try withUnsafeMutableBytes(of: &extra) { try reader.read(into: $0) }
    guard extraCount == 0 else {
      throw GzipReader.fault(path, "it is longer than its dimensions \(shape) say")
    }
  }

  private static func hexadecimal(_ bytes: ArraySlice<UInt8>) -> String {
    guard !bytes.isEmpty else { return "nothing" }
    return bytes.map { ($0 < 16 ? "0" : "") + String($0, radix: 16) }.joined(separator: " ")
  }
}
