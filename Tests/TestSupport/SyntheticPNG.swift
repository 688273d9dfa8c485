import CZlib

/// PNG files of kinds that this program reads, but does not write itself.
public enum SyntheticPNG {
  /// What the samples of a pixel are.
  public enum ColorType: UInt8, Sendable {
    case grey = 0
    case color = 2
    case palette = 3
    case greyAndAlpha = 4
    case colorAndAlpha = 6

    var samples: Int {
      switch self {
      case .grey, .palette: 1
      case .greyAndAlpha: 2
      case .color: 3
      case .colorAndAlpha: 4
      }
    }
  }

  /// The bytes of a file.
  ///
  /// - Parameters:
  ///   - samples: a row after the other, each filled up to whole bytes; samples of 16 bits with the higher byte first.
  ///   - chunks: further ones, before the pixels.
  public static func file(
    _ colorType: ColorType, width: Int, height: Int, bitDepth: Int = 8, samples: [UInt8],
    chunks: [(name: String, content: [UInt8])] = []
  ) -> [UInt8] {
    let bytesPerRow = (width * colorType.samples * bitDepth + 7) / 8
    precondition(samples.count == height * bytesPerRow)
    // Each row begins with its filter, none here.
    let rows = (0..<height).flatMap { [0] + samples[$0 * bytesPerRow..<($0 + 1) * bytesPerRow] }
    let header =
      bigEndian(width) + bigEndian(height) + [UInt8(bitDepth), colorType.rawValue, 0, 0, 0]
    return [0x89, 0x50, 0x4E, 0x47, 0x0D, 0x0A, 0x1A, 0x0A]
      + ([("IHDR", header)] + chunks + [("IDAT", packed(rows)), ("IEND", [])]).flatMap(chunk)
  }

  private static func chunk(_ name: String, _ content: [UInt8]) -> [UInt8] {
    let body = Array(name.utf8) + content
    return bigEndian(content.count) + body + bigEndian(Int(crc32(0, body, UInt32(body.count))))
  }

  private static func packed(_ bytes: [UInt8]) -> [UInt8] {
    var size = compressBound(UInt(bytes.count))
    return [UInt8](unsafeUninitializedCapacity: Int(size)) { buffer, count in
      let status = compress(buffer.baseAddress, &size, bytes, UInt(bytes.count))
      precondition(status == Z_OK)
      count = Int(size)
    }
  }

  private static func bigEndian(_ value: Int) -> [UInt8] {
    [24, 16, 8, 0].map { UInt8(truncatingIfNeeded: value >> $0) }
  }
}
