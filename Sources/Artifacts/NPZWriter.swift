import CZlib

/// Writes NumPy's `.npz` format: a zip archive in which each array is a stored file `name.npy`. The bytes are those that
/// `numpy.savez` writes, and depend on the arrays alone.
public enum NPZWriter {
  /// Writes arrays durably under their names, in this order, without copying them.
  ///
  /// - Precondition: names are plain ASCII, unique and not empty.
  /// - Throws: `Failure` 73 or 74 as `writeDurably` does; an older file of that name is then as it was.
  public static func write(_ members: [NamedTensor], to path: String) throws {
    let names = members.map(\.name)
    precondition(names.indices.allSatisfy { !names[..<$0].contains(names[$0]) }, "\(names) are not unique")
    try writeDurably(path) { file in
      var directory: [UInt8] = []
      for member in members {
        let header = NumPyFile.header(dataType: member.dataType, shape: member.shape)
        let entry = ZipEntry(
          name: member.name + ".npy", byteCount: header.count + member.bytes.count,
          checksum: checksum(of: header, member.bytes), offset: file.byteCount)
        try file.write(entry.localHeader + header)
        try file.write(member.bytes)
        directory += entry.directoryRecord
      }
      let end = ZipEntry.endOfDirectory(
        entryCount: members.count, byteCount: directory.count, offset: file.byteCount)
      try file.write(directory + end)
    }
  }

  /// CRC-32 of the two one after the other.
  private static func checksum(of header: [UInt8], _ elements: UnsafeRawBufferPointer) -> UInt32 {
    var checksum = crc32_z(0, header, header.count)
    // zlib takes no address for the start of a sum.
    if let start = elements.baseAddress {
      checksum = crc32_z(checksum, start.assumingMemoryBound(to: UInt8.self), elements.count)
    }
    return UInt32(checksum)
  }
}
