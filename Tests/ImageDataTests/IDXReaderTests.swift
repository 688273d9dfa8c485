import Artifacts
import Diagnostics
import ImageData
import TestSupport
import Testing

/// Shape and elements of a file.
private func read(_ path: String, dimensions: Int) throws -> (shape: [Int], elements: [UInt8]) {
  let reader = try IDXReader(opening: path, dimensions: dimensions)
  var elements = [UInt8](repeating: 0, count: reader.shape.reduce(1, *))
  let digest = try elements.withUnsafeMutableBytes { try reader.readElements(into: $0) }
  #expect(digest == SHA256.digest(of: elements))
  return (reader.shape, elements)
}

private func failure(reading content: [UInt8], dimensions: Int = 3) throws -> Failure? {
  let folder = TemporaryFolder()
  let path = try folder.write("images", content)
  let failure = #expect(throws: Failure.self) { try read(path, dimensions: dimensions) }
  #expect(failure?.message.contains(path) == true)
  return failure
}

@Test func plainAndCompressedFilesReadTheSame() throws {
  let folder = TemporaryFolder()
  let content = SyntheticData.images(count: 3)
  let plain = try read(try folder.write("images", content), dimensions: 3)
  let packed = try SyntheticData.gzip(content, in: folder)
  let compressed = try read(try folder.write("images.gz", packed), dimensions: 3)
  #expect(plain.shape == [3, 4, 8])
  #expect(plain.elements == Array(content[16...]))
  #expect(compressed.shape == [3, 4, 8])
  #expect(compressed.elements == Array(content[16...]))
}

@Test func aMissingFileIsNoInput() {
  let failure = #expect(throws: Failure.self) { try read("/nowhere/images", dimensions: 3) }
  #expect(failure?.code == .noInput)
  #expect(failure?.message.contains("/nowhere/images") == true)
}

@Test func aFolderInTheFilesPlaceIsNoInput() {
  let folder = TemporaryFolder()
  let failure = #expect(throws: Failure.self) { try read(folder.path, dimensions: 3) }
  #expect(failure?.code == .noInput)
}

@Test func aFileOfSeveralPiecesIsReadAndHashedWhole() throws {
  let content = SyntheticData.images(count: 3, height: 800, width: 1000)
  let folder = TemporaryFolder()
  let file = try read(try folder.write("images", content), dimensions: 3)
  #expect(file.elements == Array(content[16...]))
}

@Test func everyTruncationOfAPlainFileIsBadData() throws {
  let content = SyntheticData.images(count: 1)
  for length in 0..<content.count {
    #expect(try failure(reading: Array(content[..<length]))?.code == .badData)
  }
}

@Test func everyTruncationOfACompressedFileIsBadData() throws {
  let packed = try SyntheticData.gzip(SyntheticData.images(count: 2), in: TemporaryFolder())
  for length in 0..<packed.count {
    #expect(try failure(reading: Array(packed[..<length]))?.code == .badData, "cut to \(length) bytes")
  }
}

@Test func aFlippedByteInCompressedDataIsBadData() throws {
  let packed = try SyntheticData.gzip(SyntheticData.images(count: 2), in: TemporaryFolder())
  // The ten bytes before hold the time, flags and system of gzip's header, which say nothing of the content.
  for position in 10..<packed.count {
    var damaged = packed
    damaged[position] ^= 0x10
    #expect(try failure(reading: damaged)?.code == .badData, "byte \(position)")
  }
}

@Test func trailingBytesAreBadData() throws {
  let content = SyntheticData.images(count: 2) + [0]
  #expect(try failure(reading: content)?.message.contains("longer") == true)
  #expect(try failure(reading: try SyntheticData.gzip(content, in: TemporaryFolder()))?.code == .badData)
}

@Test func anotherMagicNumberIsBadDataAndShown() throws {
  let fault = try failure(reading: SyntheticData.labels(count: 20))
  #expect(fault?.code == .badData)
  #expect(fault?.message.contains("00 00 08 01") == true)
  var floats = SyntheticData.images(count: 1)
  floats[2] = 0x0D
  #expect(try failure(reading: floats)?.message.contains("00 00 0d 03") == true)
}

@Test func dimensionsFarBeyondTheFileAreBadDataBeforeMemoryIsReserved() throws {
  #expect(
    try failure(reading: SyntheticData.idx(shape: [0xFFFF_FFFF, 0xFFFF_FFFF, 4], elements: []))?.code
      == .badData)
  #expect(
    try failure(reading: SyntheticData.idx(shape: [0x7FFF_FFFF, 28, 28], elements: []))?.code == .badData)
}
