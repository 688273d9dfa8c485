import Artifacts
import CZlib
import Diagnostics
import TestSupport
import Testing

/// A file of a zip archive, as the archive's records tell.
private struct Stored: Equatable {
  let name: String
  let content: [UInt8]
}

/// Takes an archive apart: the end record, the directory, and each local header with what follows.
private func parse(_ archive: [UInt8]) -> [Stored] {
  func number(_ place: Int, _ count: Int) -> Int {
    (0..<count).reduce(0) { $0 | Int(archive[place + $1]) << (8 * $1) }
  }
  let end = archive.count - 22
  #expect(number(end, 4) == 0x0605_4B50)
  let (count, size, start) = (number(end + 10, 2), number(end + 12, 4), number(end + 16, 4))
  #expect(number(end + 8, 2) == count && start + size == end)

  var files: [Stored] = []
  var (record, expectedOffset) = (start, 0)
  for _ in 0..<count {
    #expect(number(record, 4) == 0x0201_4B50)
    let (checksum, byteCount) = (number(record + 16, 4), number(record + 20, 4))
    let (nameLength, extra) = (number(record + 28, 2), number(record + 30, 2))
    let name = Array(archive[record + 46..<record + 46 + nameLength])
    let header = number(record + 42, 4)
    #expect(header == expectedOffset)
    #expect(number(record + 24, 4) == byteCount && extra == 0)

    #expect(number(header, 4) == 0x0403_4B50)
    // Neither packed nor encrypted, of 1980-01-01 00:00; the sizes are in the field of 64 bits.
    #expect((6..<12).allSatisfy { archive[header + $0] == 0 } && number(header + 12, 2) == 0x21)
    #expect(number(header + 14, 4) == checksum && number(header + 18, 8) == -1)
    #expect(Array(archive[header + 30..<header + 30 + nameLength]) == name)
    let field = header + 30 + nameLength
    #expect(number(header + 28, 2) == 20 && number(field, 2) == 1 && number(field + 2, 2) == 16)
    #expect(number(field + 4, 8) == byteCount && number(field + 12, 8) == byteCount)

    let content = Array(archive[field + 20..<field + 20 + byteCount])
    #expect(Int(crc32(0, content, UInt32(content.count))) == checksum)
    files.append(Stored(name: String(decoding: name, as: UTF8.self), content: content))
    expectedOffset = field + 20 + byteCount
    record += 46 + nameLength
  }
  #expect(record == end && expectedOffset == start)
  return files
}

private let features: [Float] = [0, 1, 2, 3, 4, 5]
private let mean: [Double] = [0.5, -1, 2.25]
private let covariance: [Double] = [1.5, 0, 0, 0, 1.5, 0, 0, 0, 1.5]
private let labels: [Int64] = [3, -1]
private let classes: [Int32] = [7, -2, 5]

private func writeExample(to path: String) throws {
  try features.withUnsafeBufferPointer { features in
    try mean.withUnsafeBufferPointer { mean in
      try covariance.withUnsafeBufferPointer { covariance in
        try labels.withUnsafeBufferPointer { labels in
          try classes.withUnsafeBufferPointer { classes in
            try NPZWriter.write(
              [
                NamedTensor(name: "features", shape: [2, 3], elements: features),
                NamedTensor(name: "mu", shape: [3], elements: mean),
                NamedTensor(name: "sigma", shape: [3, 3], elements: covariance),
                NamedTensor(name: "labels", shape: [2], elements: labels),
                NamedTensor(name: "classes", shape: [3], elements: classes),
              ], to: path)
          }
        }
      }
    }
  }
}

@Test func anArchiveHoldsEachArrayAsAnNpyFile() throws {
  let folder = TemporaryFolder()
  let path = folder.path("features.npz")
  try writeExample(to: path)
  let files = parse(try FileSystem.read(path))
  #expect(
    files
      == [
        ("features", TensorData(shape: [2, 3], elements: features)),
        ("mu", TensorData(shape: [3], elements: mean)),
        ("sigma", TensorData(shape: [3, 3], elements: covariance)),
        ("labels", TensorData(shape: [2], elements: labels)),
        ("classes", TensorData(shape: [3], elements: classes)),
      ].map { Stored(name: $0 + ".npy", content: NumPyFile.serialized($1)) })
  for file in files { _ = try NumPyFile.parse(file.content, path: file.name) }
  #expect(try FileSystem.names(in: folder.path) == ["features.npz"])
}

/// The hash of what numpy 2.4.6 under Python 3.11 writes:
/// `numpy.savez(path, features=numpy.arange(6, dtype="<f4").reshape(2, 3), mu=numpy.array([0.5, -1, 2.25]),
/// sigma=numpy.eye(3) * 1.5, labels=numpy.array([3, -1]), classes=numpy.array([7, -2, 5], "<i4"))`.
@Test func theBytesAreThoseOfNumPy() throws {
  let folder = TemporaryFolder()
  try writeExample(to: folder.path("features.npz"))
  let digest = SHA256.digest(of: try FileSystem.read(folder.path("features.npz")))
  #expect(digest.description == "5ed1e9b421b33f6aafa6574a5a2951dd9aef6cda034a1484c6a4415e1ef4e131")
}

@Test func arraysWithoutElementsAndArchivesWithoutArraysAreWhole() throws {
  let folder = TemporaryFolder()
  try NPZWriter.write([], to: folder.path("empty.npz"))
  #expect(parse(try FileSystem.read(folder.path("empty.npz"))).isEmpty)
  let none = UnsafeBufferPointer<Float>(start: nil, count: 0)
  try NPZWriter.write([NamedTensor(name: "x", shape: [0, 4], elements: none)], to: folder.path("none.npz"))
  let expected = NumPyFile.serialized(TensorData(shape: [0, 4], elements: [Float]()))
  #expect(parse(try FileSystem.read(folder.path("none.npz"))) == [Stored(name: "x.npy", content: expected)])
}

@Test func anArchiveThatCannotBeWrittenIsNamed() throws {
  let path = TemporaryFolder().path("nowhere/features.npz")
  let failure = #expect(throws: Failure.self) { try NPZWriter.write([], to: path) }
  #expect(failure?.code == .cannotCreate && failure?.message.contains(path) == true)
}

/// The records of Python's `zipfile` for a file of 5,000,000,000 bytes that begins at 6,000,000,000, and for the end of an
/// archive whose directory of 80 bytes begins at 11,000,000,000.
@Test func sizesAndPlacesBeyond32BitsTakeTheFieldsOf64() {
  let entry = ZipEntry(
    name: "a.npy", byteCount: 5_000_000_000, checksum: 0x0102_0304, offset: 6_000_000_000)
  let size: [UInt8] = [0x00, 0xF2, 0x05, 0x2A, 1, 0, 0, 0]
  let offset: [UInt8] = [0x00, 0xBC, 0xA0, 0x65, 1, 0, 0, 0]
  #expect(Array(entry.localHeader[35...]) == [1, 0, 16, 0] + size + size)
  let record = entry.directoryRecord
  #expect(record.count == 46 + 5 + 28)
  #expect(Array(record[20..<28]) == [UInt8](repeating: 255, count: 8))
  #expect(Array(record[42..<46]) == [UInt8](repeating: 255, count: 4))
  #expect(Array(record[51...]) == [1, 0, 24, 0] + size + size + offset)

  let near = ZipEntry(name: "a.npy", byteCount: 5_000_000_000, checksum: 0, offset: 9).directoryRecord
  #expect(Array(near[42..<46]) == [9, 0, 0, 0] && Array(near[51...]) == [1, 0, 16, 0] + size + size)
  let far = ZipEntry(name: "a.npy", byteCount: 9, checksum: 0, offset: 6_000_000_000).directoryRecord
  #expect(Array(far[20..<28]) == [9, 0, 0, 0, 9, 0, 0, 0] && Array(far[51...]) == [1, 0, 8, 0] + offset)

  let end = ZipEntry.endOfDirectory(entryCount: 2, byteCount: 80, offset: 11_000_000_000)
  let start: [UInt8] = [0x00, 0xAE, 0xA6, 0x8F, 2, 0, 0, 0]
  #expect(end.count == 56 + 20 + 22)
  #expect(Array(end[..<12]) == [0x50, 0x4B, 6, 6, 44, 0, 0, 0, 0, 0, 0, 0])
  #expect(
    Array(end[24..<56]) == [2, 0, 0, 0, 0, 0, 0, 0, 2, 0, 0, 0, 0, 0, 0, 0, 80, 0, 0, 0, 0, 0, 0, 0] + start)
  #expect(Array(end[56..<64]) == [0x50, 0x4B, 6, 7, 0, 0, 0, 0])
  #expect(Array(end[64..<76]) == [0x50, 0xAE, 0xA6, 0x8F, 2, 0, 0, 0, 1, 0, 0, 0])
  #expect(Array(end[76..<80]) == [0x50, 0x4B, 5, 6] && Array(end[92..<96]) == [255, 255, 255, 255])
}
