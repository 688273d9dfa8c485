/// A file in a zip archive, stored as it is, and the records that an archive keeps of it. They are those of Python's
/// `zipfile` for a file opened with `force_zip64`, byte by byte: dated 1980-01-01, so that equal content gives equal
/// archives, with 64-bit sizes where the older fields can't hold them.
///
/// Source: PKWARE's APPNOTE.TXT 6.3.10, sections 4.3 and 4.5.3.
package struct ZipEntry {
  package let name: String
  package let byteCount: Int
  package let checksum: UInt32
  /// Where its local header begins in the archive.
  package let offset: Int

  /// Above this `zipfile` writes a number to the 64-bit field and all ones to the older one, which could hold as much
  /// again: some programs read it as a signed number.
  private static let limit = 1 << 31 - 1
  /// Version 4.5 of the format, which has 64-bit sizes.
  private static let version = 45

  /// - Precondition: the name is plain ASCII.
  package init(name: String, byteCount: Int, checksum: UInt32, offset: Int) {
    precondition(!name.isEmpty && name.utf8.allSatisfy { $0 < 0x80 } && name.utf8.count < 1 << 16)
    self.name = name
    self.byteCount = byteCount
    self.checksum = checksum
    self.offset = offset
  }

  /// What stands before the content. The sizes always take the 64-bit fields.
  package var localHeader: [UInt8] {
    littleEndian(0x0403_4B50, 4) + common + littleEndian(0xFFFF_FFFF, 4) + littleEndian(0xFFFF_FFFF, 4)
      + littleEndian(name.utf8.count, 2) + littleEndian(20, 2) + Array(name.utf8)
      + Self.wideField([byteCount, byteCount])
  }

  /// The entry of the directory at the end of the archive.
  package var directoryRecord: [UInt8] {
    var wide: [Int] = []
    let isLarge = byteCount > Self.limit
    let isFar = offset > Self.limit
    if isLarge { wide += [byteCount, byteCount] }
    if isFar { wide.append(offset) }
    let field = wide.isEmpty ? [] : Self.wideField(wide)
    let size = littleEndian(isLarge ? 0xFFFF_FFFF : byteCount, 4)
    // Made by a Unix program of the same version; readable and writable by its owner.
    return littleEndian(0x0201_4B50, 4) + [UInt8(Self.version), 3] + common + size + size
      + littleEndian(name.utf8.count, 2) + littleEndian(field.count, 2) + littleEndian(0, 2)
      + littleEndian(0, 2) + littleEndian(0, 2) + littleEndian(0o600 << 16, 4)
      + littleEndian(isFar ? 0xFFFF_FFFF : offset, 4) + Array(name.utf8) + field
  }

  /// What both records share: version needed, no flags, stored, midnight, 1980-01-01, checksum.
  private var common: [UInt8] {
    littleEndian(Self.version, 2) + littleEndian(0, 2) + littleEndian(0, 2) + littleEndian(0, 2)
      + littleEndian(1 << 5 | 1, 2) + littleEndian(Int(checksum), 4)
  }

  private static func wideField(_ values: [Int]) -> [UInt8] {
    littleEndian(1, 2) + littleEndian(8 * values.count, 2) + values.flatMap { littleEndian($0, 8) }
  }

  /// What ends an archive: how many entries its directory has, its size, and where it begins.
  package static func endOfDirectory(entryCount: Int, byteCount: Int, offset: Int) -> [UInt8] {
    let end =
      littleEndian(0x0605_4B50, 4) + littleEndian(0, 4) + littleEndian(min(entryCount, 0xFFFF), 2)
      + littleEndian(min(entryCount, 0xFFFF), 2) + littleEndian(min(byteCount, 0xFFFF_FFFF), 4)
      + littleEndian(min(offset, 0xFFFF_FFFF), 4) + littleEndian(0, 2)
    guard entryCount > 0xFFFF || byteCount > limit || offset > limit else { return end }
    let wideEnd =
      littleEndian(0x0606_4B50, 4) + littleEndian(44, 8) + littleEndian(version, 2) + littleEndian(version, 2)
      + littleEndian(0, 8) + littleEndian(entryCount, 8) + littleEndian(entryCount, 8)
      + littleEndian(byteCount, 8) + littleEndian(offset, 8)
    let locator =
      littleEndian(0x0706_4B50, 4) + littleEndian(0, 4) + littleEndian(offset + byteCount, 8)
      + littleEndian(1, 4)
    return wideEnd + locator + end
  }
}

/// The lowest bytes of a number, the lowest first.
private func littleEndian(_ value: Int, _ byteCount: Int) -> [UInt8] {
  (0..<byteCount).map { UInt8(truncatingIfNeeded: value >> (8 * $0)) }
}
