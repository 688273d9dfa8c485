/// A tensor to be written: its name and where its elements are. The memory is read when the file is written, not
/// before, and not copied.
public struct NamedTensor {
  public let name: String
  public let dataType: TensorDataType
  public let shape: [Int]
  public let bytes: UnsafeRawBufferPointer

  /// - Precondition: as many elements as the shape says.
  public init<Element: TensorElement>(name: String, shape: [Int], elements: UnsafeBufferPointer<Element>) {
    precondition(
      elements.count == shape.reduce(1, *), "\(name): shape \(shape) has not \(elements.count) elements")
    self.name = name
    dataType = Element.dataType
    self.shape = shape
    bytes = UnsafeRawBufferPointer(elements)
  }
}

/// Writes tensors in the safetensors format, which Python's `safetensors` and many others read: the length of the
/// header (64 bits, little-endian), the header (JSON, padded with spaces to a multiple of 8), the elements.
///
/// Tensors stand in the order of their type's size, largest first, then of their names, so that the bytes depend on
/// nothing else. Source: github.com/huggingface/safetensors, README.
public struct SafeTensorsWriter {
  /// In the order of the file.
  public let tensors: [NamedTensor]
  /// Length and header.
  private let preamble: [UInt8]

  /// - Parameter metadata: texts that go into the header as `__metadata__`, in this order; none leave it out.
  /// - Precondition: names are unique, and none is `__metadata__`.
  public init(_ tensors: [NamedTensor], metadata: [(key: String, value: String)] = []) {
    self.tensors = tensors.sorted { left, right in
      if left.dataType.size != right.dataType.size { return left.dataType.size > right.dataType.size }
      return left.name.utf8.lexicographicallyPrecedes(right.name.utf8)
    }
    preamble = Self.preamble(of: self.tensors, metadata: metadata)
  }

  /// The size of the whole file.
  public var byteCount: Int { tensors.reduce(preamble.count) { $0 + $1.bytes.count } }

  public func write(to file: OutputFile) throws {
    try file.write(preamble)
    for tensor in tensors { try file.write(tensor.bytes) }
  }

  /// The whole file in memory.
  public func serialized() -> [UInt8] {
    var result: [UInt8] = []
    result.reserveCapacity(byteCount)
    result += preamble
    for tensor in tensors { result += tensor.bytes }
    return result
  }

  private static func preamble(of tensors: [NamedTensor], metadata: [(key: String, value: String)]) -> [UInt8]
  {
    var members: [JSONMember] = []
    if !metadata.isEmpty {
      members.append(
        JSONMember("__metadata__", .object(metadata.map { JSONMember($0.key, .string($0.value)) })))
    }
    var offset = 0
    for tensor in tensors {
      precondition(tensor.name != "__metadata__")
      precondition(tensor.name != members.last?.name, "two tensors are named \(tensor.name)")
      let end = offset + tensor.bytes.count
      members.append(
        JSONMember(
          tensor.name,
          [
            "dtype": .string(tensor.dataType.rawValue),
            "shape": .array(tensor.shape.map { .integer($0) }),
            "data_offsets": [.integer(offset), .integer(end)],
          ]))
      offset = end
    }
    var header = Array(JSONValue.object(members).compactText.utf8)
    header += [UInt8](repeating: UInt8(ascii: " "), count: (8 - header.count % 8) % 8)
    let length = withUnsafeBytes(of: UInt64(header.count).littleEndian) { Array($0) }
    return length + header
  }
}
