import Artifacts
import Diagnostics
import TestSupport
import Testing

/// The bytes that `safetensors.numpy.save` gives for one tensor w = [1, 2].
private let golden: [UInt8] = bytes(
  hexadecimal: """
    38000000000000007b2277223a7b226474797065223a22463332222c227368617065223a5b325d2c22646174615f6f666673657473223a5b302c\
    385d7d7d20200000803f00000040
    """)

private func bytes(hexadecimal text: String) -> [UInt8] {
  let digits = text.compactMap(\.hexDigitValue)
  return stride(from: 0, to: digits.count, by: 2).map { UInt8(digits[$0] << 4 | digits[$0 + 1]) }
}

/// Serialises arrays that live only as long as the call.
private func serialize(_ values: [(name: String, data: TensorData)], metadata: [(String, String)] = [])
  -> [UInt8]
{
  var tensors: [NamedTensor] = []
  var owners: [UnsafeMutableRawBufferPointer] = []
  defer { for owner in owners { owner.deallocate() } }
  func add<Element: TensorElement>(_ name: String, _ data: TensorData, _ type: Element.Type) {
    let memory = UnsafeMutableBufferPointer<Element>.allocate(capacity: data.elementCount)
    _ = data.copy(to: memory)
    owners.append(UnsafeMutableRawBufferPointer(memory))
    tensors.append(NamedTensor(name: name, shape: data.shape, elements: UnsafeBufferPointer(memory)))
  }
  for (name, data) in values {
    switch data.dataType {
    case .float32: add(name, data, Float.self)
    case .float64: add(name, data, Double.self)
    case .int64: add(name, data, Int64.self)
    case .int32: add(name, data, Int32.self)
    case .uint64: add(name, data, UInt64.self)
    case .uint32: add(name, data, UInt32.self)
    case .uint8: add(name, data, UInt8.self)
    }
  }
  return SafeTensorsWriter(tensors, metadata: metadata).serialized()
}

/// A file with that header and so many bytes of elements.
private func file(header: String, dataBytes: Int, declaredLength: UInt64? = nil) -> [UInt8] {
  let length = declaredLength ?? UInt64(header.utf8.count)
  return withUnsafeBytes(of: length.littleEndian) { Array($0) } + Array(header.utf8)
    + [UInt8](repeating: 0, count: dataBytes)
}

@Test func safetensorsAreTheBytesOfTheReferenceWriter() {
  #expect(serialize([("w", TensorData(shape: [2], elements: [Float(1), 2]))]) == golden)
}

@Test func safetensorsOfTheReferenceWriterAreRead() throws {
  let file = try SafeTensorsFile(parsing: golden, path: "model.safetensors")
  #expect(file["w"]?.shape == [2])
  #expect(file["w"]?.elements(of: Float.self) == [1, 2])
  #expect(file["w"]?.elements(of: Double.self) == nil)
  #expect(file["v"] == nil)
}

@Test func tensorsAreSortedByTypeSizeThenName() throws {
  let content = serialize(
    [
      ("b", TensorData(shape: [3], elements: [UInt8(1), 2, 3])),
      ("z.weight", TensorData(shape: [2, 1], elements: [Float(1), -0.0])),
      ("a.weight", TensorData(shape: [1, 2], elements: [Float.nan, .infinity])),
      ("steps", TensorData(shape: [], elements: [Int64(-1)])),
      ("hash", TensorData(shape: [1], elements: [UInt64.max])),
      ("counter", TensorData(shape: [4], elements: [UInt32(1), 2, 3, 4])),
      ("below", TensorData(shape: [2], elements: [Int32.min, 5])),
      ("empty", TensorData(shape: [0, 5], elements: [Double]())),
    ], metadata: [("format", "pt"), ("a", "ü")])
  let file = try SafeTensorsFile(parsing: content, path: "test")
  #expect(
    file.tensors.map(\.name) == ["empty", "hash", "steps", "a.weight", "below", "counter", "z.weight", "b"])
  #expect(file.metadata.map(\.key) == ["format", "a"])
  #expect(file.metadata.map(\.value) == ["pt", "ü"])
  #expect(file["steps"]?.elements(of: Int64.self) == [-1])
  #expect(file["steps"]?.shape == [])
  #expect(file["hash"]?.elements(of: UInt64.self) == [.max])
  #expect(file["counter"]?.elements(of: UInt32.self) == [1, 2, 3, 4])
  #expect(file["below"]?.elements(of: Int32.self) == [.min, 5])
  #expect(file["b"]?.elements(of: UInt8.self) == [1, 2, 3])
  #expect(file["empty"]?.elements(of: Double.self) == [])
  #expect(
    file["a.weight"]?.elements(of: Float.self)?.map(\.bitPattern) == [Float.nan, .infinity].map(\.bitPattern))
  let headerLength = content.withUnsafeBytes { $0.loadUnaligned(as: UInt64.self) }
  #expect(headerLength % 8 == 0)
}

@Test func theOrderOfTheCallerDoesNotReachTheFile() {
  let first: (String, TensorData) = ("a", TensorData(shape: [1], elements: [Float(1)]))
  let second: (String, TensorData) = ("b", TensorData(shape: [1], elements: [Float(2)]))
  #expect(serialize([first, second]) == serialize([second, first]))
}

@Test func writingToAFileGivesTheSerializedBytes() throws {
  let folder = TemporaryFolder()
  let values: [Float] = [1, 2]
  try values.withUnsafeBufferPointer { elements in
    let writer = SafeTensorsWriter([NamedTensor(name: "w", shape: [2], elements: elements)])
    #expect(writer.byteCount == golden.count)
    try writeDurably(folder.path("model.safetensors"), content: writer.write)
  }
  #expect(try FileSystem.read(folder.path("model.safetensors")) == golden)
  #expect(try SafeTensorsFile(reading: folder.path("model.safetensors"))["w"]?.elements() == [Float(1), 2])
}

@Test func everyTruncationAndExtensionOfASafetensorsFileIsRefused() {
  for length in 0..<golden.count {
    let failure = #expect(throws: Failure.self) {
      try SafeTensorsFile(parsing: Array(golden[..<length]), path: "cut.safetensors")
    }
    #expect(failure?.code == .badData)
    #expect(failure?.message.contains("cut.safetensors") == true)
  }
  #expect(throws: Failure.self) { try SafeTensorsFile(parsing: golden + [0], path: "long") }
}

@Test(
  arguments: [
    #"[]"#,
    #"{"w":1}"#,
    #"{"w":{"dtype":"F32","shape":[2],"data_offsets":[0,8]},"w":{"dtype":"F32","shape":[0],"data_offsets":[8,8]}}"#,
    #"{"w":{"dtype":"BF16","shape":[4],"data_offsets":[0,8]}}"#,
    #"{"w":{"dtype":"F32","shape":[3],"data_offsets":[0,8]}}"#,
    #"{"w":{"dtype":"F32","shape":[-2],"data_offsets":[0,8]}}"#,
    #"{"w":{"dtype":"F32","shape":[2.0],"data_offsets":[0,8]}}"#,
    #"{"w":{"dtype":"F32","shape":[2],"data_offsets":[8,0]}}"#,
    #"{"w":{"dtype":"F32","shape":[2],"data_offsets":[0]}}"#,
    #"{"w":{"dtype":"F32","shape":[2],"data_offsets":[4,12]}}"#,
    #"{"w":{"dtype":"F32","shape":[4611686018427387904,4],"data_offsets":[0,8]}}"#,
    #"{"w":{"dtype":"U8","shape":[9223372036854775807],"data_offsets":[0,9223372036854775807]}}"#,
    #"{"w":{"dtype":"U8","shape":[9223372036854775806],"data_offsets":[1,9223372036854775807]}}"#,
    #"{"v":{"dtype":"F32","shape":[2],"data_offsets":[0,8]},"w":{"dtype":"F32","shape":[1],"data_offsets":[4,8]}}"#,
    #"{"v":{"dtype":"F32","shape":[1],"data_offsets":[0,4]}}"#,
    #"{"__metadata__":{"a":1},"w":{"dtype":"F32","shape":[2],"data_offsets":[0,8]}}"#,
  ])
func headersThatLieAreRefused(_ header: String) {
  let failure = #expect(throws: Failure.self) {
    try SafeTensorsFile(parsing: file(header: header, dataBytes: 8), path: "lie.safetensors")
  }
  #expect(failure?.code == .badData)
  #expect(failure?.message.contains("lie.safetensors") == true)
}

@Test func aHeaderLengthBeyondTheFileIsRefused() {
  for length in [UInt64.max, UInt64(Int.max), 1 << 40, 3] {
    #expect(throws: Failure.self) {
      try SafeTensorsFile(parsing: file(header: "{}", dataBytes: 0, declaredLength: length), path: "test")
    }
  }
}

@Test func aMissingSafetensorsFileIsNoInput() {
  let failure = #expect(throws: Failure.self) { try SafeTensorsFile(reading: "/nowhere/model.safetensors") }
  #expect(failure?.code == .noInput)
}
