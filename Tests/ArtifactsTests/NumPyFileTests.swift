import Artifacts
import Diagnostics
import TestSupport
import Testing

private func file(version: UInt8 = 1, header: String, data: [UInt8]) -> [UInt8] {
  let length = header.utf8.count
  let lengthBytes = (0..<(version == 1 ? 2 : 4)).map { UInt8(length >> (8 * $0) & 0xFF) }
  return [0x93] + Array("NUMPY".utf8) + [version, 0] + lengthBytes + Array(header.utf8) + data
}

@Test func theHeaderIsTheOneOfNumPy() {
  let header = NumPyFile.header(dataType: .float32, shape: [2, 1, 28, 28])
  #expect(header.count == 128)
  #expect(Array(header[..<10]) == [0x93, 0x4E, 0x55, 0x4D, 0x50, 0x59, 0x01, 0x00, 0x76, 0x00])
  let dictionary = "{'descr': '<f4', 'fortran_order': False, 'shape': (2, 1, 28, 28), }"
  #expect(String(decoding: header[10..<(10 + dictionary.utf8.count)], as: UTF8.self) == dictionary)
  #expect(header.last == UInt8(ascii: "\n"))
}

@Test func shapesOfOneAndNoDimensionAreWrittenAsPythonTuples() {
  #expect(
    String(decoding: NumPyFile.header(dataType: .uint8, shape: [5])[10...], as: UTF8.self).contains("(5,)"))
  #expect(
    String(decoding: NumPyFile.header(dataType: .uint8, shape: [])[10...], as: UTF8.self).contains("()"))
}

@Test func theDataStartsAtAMultipleOf64() {
  for digits in 0..<20 {
    let header = NumPyFile.header(dataType: .float64, shape: [Int](repeating: 1, count: digits))
    #expect(header.count % 64 == 0)
  }
}

@Test func arraysOfEveryTypeReadBackToThemselves() throws {
  let folder = TemporaryFolder()
  let arrays = [
    TensorData(shape: [2, 3], elements: [Float(1), .nan, -0.0, .infinity, 5, 6]),
    TensorData(shape: [2], elements: [Double.pi, -1]),
    TensorData(shape: [3], elements: [UInt8(0), 127, 255]),
    TensorData(shape: [1, 1], elements: [Int64.min]),
    TensorData(shape: [], elements: [Float(3)]),
    TensorData(shape: [0, 4], elements: [Float]()),
  ]
  for array in arrays {
    let path = try folder.write("array.npy", NumPyFile.serialized(array))
    #expect(try NumPyFile.read(path) == array)
  }
}

@Test func writingWithoutACopyGivesTheSameBytes() throws {
  let folder = TemporaryFolder()
  let values = (0..<12).map { Float($0) }
  try writeDurably(folder.path("samples.npy")) { file in
    try values.withUnsafeBufferPointer { try NumPyFile.write(shape: [3, 2, 2], elements: $0, to: file) }
  }
  let expected = NumPyFile.serialized(TensorData(shape: [3, 2, 2], elements: values))
  #expect(try FileSystem.read(folder.path("samples.npy")) == expected)
}

@Test func headersOfVersionTwoAndOtherSpellingsAreRead() throws {
  let second = file(
    version: 2, header: #"{"shape":(2,1),"descr":"|u1","fortran_order":False}"# + "\n", data: [7, 9])
  let array = try NumPyFile.parse(second, path: "v2.npy")
  #expect(array.shape == [2, 1])
  #expect(array.elements(of: UInt8.self) == [7, 9])
}

@Test(
  arguments: [
    ("{'descr': '<f4', 'fortran_order': True, 'shape': (1,), }", "Fortran order"),
    ("{'descr': '>f4', 'fortran_order': False, 'shape': (1,), }", "'>f4'"),
    ("{'descr': [('a', '<f4')], 'fortran_order': False, 'shape': (1,), }", "dictionary"),
    ("{'descr': '<f4', 'fortran_order': False, 'shape': (2,), }", "needs 8 bytes"),
    ("{'descr': '|u1', 'fortran_order': False, 'shape': (1,), }", "needs 1 bytes"),
    ("{'descr': '<f4', 'fortran_order': False, 'shape': (-1,), }", "dictionary"),
    ("{'descr': '<f4', 'fortran_order': False, 'shape': (99999999999999999999,), }", "dictionary"),
    ("{'descr': '<f4', 'fortran_order': False, 'shape': (4611686018427387904, 4), }", "memory"),
    ("{'descr': '<f4', 'fortran_order': False, }", "dictionary"),
    ("{'descr': '<f4', 'descr': '<f4', 'fortran_order': False, 'shape': (1,), }", "dictionary"),
    ("{'descr': '<f4', 'fortran_order': False, 'shape': (1,), } x", "dictionary"),
    ("{'descr': '<f4", "dictionary"),
    ("", "dictionary"),
  ])
func arraysOfOtherKindsAreRefused(_ header: String, _ reason: String) {
  let failure = #expect(throws: Failure.self) {
    try NumPyFile.parse(file(header: header, data: [0, 0, 0, 0]), path: "bad.npy")
  }
  #expect(failure?.code == .badData)
  #expect(failure?.message.contains("bad.npy") == true)
  #expect(failure?.message.contains(reason) == true, "\(failure?.message ?? "")")
}

@Test func everyTruncationAndExtensionOfAnArrayIsRefused() {
  let whole = NumPyFile.serialized(TensorData(shape: [2], elements: [Float(1), 2]))
  for length in 0..<whole.count {
    let failure = #expect(throws: Failure.self) {
      try NumPyFile.parse(Array(whole[..<length]), path: "cut.npy")
    }
    #expect(failure?.code == .badData)
  }
  #expect(throws: Failure.self) { try NumPyFile.parse(whole + [0], path: "long.npy") }
}

@Test func aFileWithoutTheMagicBytesIsRefused() {
  let failure = #expect(throws: Failure.self) {
    try NumPyFile.parse(Array("PK\u{3}\u{4} a zip file, not an array".utf8), path: "samples.npz")
  }
  #expect(failure?.message.contains("magic") == true)
}
