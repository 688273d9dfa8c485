import Diagnostics

/// The content of a safetensors file, checked: every tensor's type is known, its shape agrees with its bytes, and the
/// tensors cover the file without gap or overlap. A hostile file can make reading fail, nothing else.
public struct SafeTensorsFile: Sendable {
  /// The name of the file, for messages.
  public let path: String
  /// All bytes of the file; the tensors are slices of them.
  public let content: [UInt8]
  /// In the order of the file.
  public let tensors: [(name: String, data: TensorData)]
  public let metadata: [(key: String, value: String)]

  /// The reference implementation's limit on the header.
  static let headerLimit = 100_000_000

  /// Reads a file.
  ///
  /// - Throws: `Failure` 66 when it is not there, 65 with the file and the fault when it is damaged.
  public init(reading path: String) throws {
    try self.init(parsing: try FileSystem.read(path), path: path)
  }

  /// Takes a file's content apart. The tensors are slices of it.
  ///
  /// - Parameter path: the name that a fault is reported under.
  public init(parsing content: [UInt8], path: String) throws {
    self.path = path
    self.content = content
    func fault(_ reason: String) -> Failure {
      Failure(
        .badData, "\(path) is not a valid safetensors file: \(reason)",
        help: "use an undamaged copy of the file")
    }

    guard content.count >= 8 else { throw fault("it is shorter than 8 bytes") }
    let declaredLength = content.withUnsafeBytes { UInt64(littleEndian: $0.loadUnaligned(as: UInt64.self)) }
    guard declaredLength <= UInt64(min(Self.headerLimit, content.count - 8)) else {
      throw fault("its header of \(declaredLength) bytes does not fit into its \(content.count) bytes")
    }
    let dataStart = 8 + Int(declaredLength)
    guard dataStart > 8, content[8] == UInt8(ascii: "{") else {
      throw fault("its header does not start with '{'")
    }
    let header = try JSONValue(parsing: content[8..<dataStart], file: "the header of \(path)")

    var entries: [TensorEntry] = []
    var metadata: [(key: String, value: String)] = []
    for member in header.objectValue ?? [] {
      if member.name == "__metadata__" {
        for text in member.value.objectValue ?? [] {
          guard let value = text.value.stringValue else { throw fault("__metadata__ holds more than texts") }
          metadata.append((text.name, value))
        }
      } else {
        do {
          entries.append(try TensorEntry(member))
        } catch {
          throw fault(error.reason)
        }
      }
    }

    // Whoever made the header may list tensors in any order; the elements have to follow each other.
    entries.sort { ($0.begin, $0.end) < ($1.begin, $1.end) }
    var offset = 0
    for entry in entries {
      guard entry.begin == offset else {
        throw fault("tensor '\(entry.name)' overlaps another or leaves a gap")
      }
      offset = entry.end
    }
    guard offset == content.count - dataStart else {
      throw fault("its tensors take \(offset) bytes, but \(content.count - dataStart) follow the header")
    }
    self.metadata = metadata
    tensors = entries.map { entry in
      let bytes = content[(dataStart + entry.begin)..<(dataStart + entry.end)]
      return (entry.name, TensorData(dataType: entry.dataType, shape: entry.shape, bytes: bytes))
    }
  }

  /// The tensor of that name.
  public subscript(name: String) -> TensorData? {
    tensors.first { $0.name == name }?.data
  }
}

/// A tensor as the header describes it.
private struct TensorEntry {
  struct Fault: Error {
    let reason: String
  }

  let name: String
  let dataType: TensorDataType
  let shape: [Int]
  let begin: Int
  let end: Int

  init(_ member: JSONMember) throws(Fault) {
    name = member.name
    let typeName = member.value["dtype"]?.stringValue ?? "none"
    guard let dataType = TensorDataType(rawValue: typeName) else {
      let known = TensorDataType.allCases.map(\.rawValue).joined(separator: ", ")
      throw Fault(reason: "tensor '\(member.name)' is of type \(typeName), not one of \(known)")
    }
    self.dataType = dataType

    guard let shape = Self.sizes(member.value["shape"]) else {
      throw Fault(reason: "tensor '\(member.name)' has no valid shape")
    }
    self.shape = shape
    guard let offsets = Self.sizes(member.value["data_offsets"]), offsets.count == 2, offsets[0] <= offsets[1]
    else {
      throw Fault(reason: "tensor '\(member.name)' has no valid data_offsets")
    }
    begin = offsets[0]
    end = offsets[1]

    var byteCount = dataType.size
    for size in shape {
      let (product, overflows) = byteCount.multipliedReportingOverflow(by: size)
      guard !overflows else { throw Fault(reason: "tensor '\(member.name)' has a shape beyond all memory") }
      byteCount = product
    }
    guard byteCount == end - begin else {
      throw Fault(
        reason: "tensor '\(member.name)' of shape \(shape) needs \(byteCount) bytes, not \(end - begin)")
    }
  }

  /// An array of integers that are not negative.
  private static func sizes(_ value: JSONValue?) -> [Int]? {
    guard let values = value?.arrayValue else { return nil }
    let sizes = values.compactMap(\.integerValue)
    return sizes.count == values.count && sizes.allSatisfy { $0 >= 0 } ? sizes : nil
  }
}
