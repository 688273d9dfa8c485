import Diagnostics

/// A type that the elements of a stored tensor may have: its Swift type, its size, and its name in files.
public protocol TensorElement: BitwiseCopyable, Sendable {
  static var dataType: TensorDataType { get }
}

extension Float: TensorElement { public static var dataType: TensorDataType { .float32 } }
extension Double: TensorElement { public static var dataType: TensorDataType { .float64 } }
extension Int32: TensorElement { public static var dataType: TensorDataType { .int32 } }
extension Int64: TensorElement { public static var dataType: TensorDataType { .int64 } }
extension UInt64: TensorElement { public static var dataType: TensorDataType { .uint64 } }
extension UInt32: TensorElement { public static var dataType: TensorDataType { .uint32 } }
extension UInt8: TensorElement { public static var dataType: TensorDataType { .uint8 } }

/// The element types that this program writes and reads; the raw value is safetensors' name.
public enum TensorDataType: String, Sendable, CaseIterable {
  case float32 = "F32"
  case float64 = "F64"
  case int64 = "I64"
  case int32 = "I32"
  case uint64 = "U64"
  case uint32 = "U32"
  case uint8 = "U8"

  /// Bytes of an element.
  public var size: Int {
    switch self {
    case .float64, .int64, .uint64: 8
    case .float32, .int32, .uint32: 4
    case .uint8: 1
    }
  }

  /// NumPy's `descr` of the type, little-endian.
  public var numPyDescriptor: String {
    switch self {
    case .float32: "<f4"
    case .float64: "<f8"
    case .int64: "<i8"
    case .int32: "<i4"
    case .uint64: "<u8"
    case .uint32: "<u4"
    case .uint8: "|u1"
    }
  }
}

/// A tensor as files hold it: little-endian elements in C order. The bytes may be a slice of a file's content, at any
/// alignment.
public struct TensorData: Sendable, Equatable {
  public let dataType: TensorDataType
  public let shape: [Int]
  public let bytes: ArraySlice<UInt8>

  /// - Precondition: as many bytes as the shape has elements of that type.
  public init(dataType: TensorDataType, shape: [Int], bytes: ArraySlice<UInt8>) {
    precondition(bytes.count == shape.reduce(dataType.size, *))
    self.dataType = dataType
    self.shape = shape
    self.bytes = bytes
  }

  /// - Precondition: as many elements as the shape says.
  public init<Element: TensorElement>(shape: [Int], elements: [Element]) {
    let bytes = elements.withUnsafeBytes { Array($0) }
    self.init(dataType: Element.dataType, shape: shape, bytes: bytes[...])
  }

  public var elementCount: Int { bytes.count / dataType.size }

  /// The elements; nil when they are of another type.
  public func elements<Element: TensorElement>(of type: Element.Type = Element.self) -> [Element]? {
    guard dataType == Element.dataType else { return nil }
    return [Element](unsafeUninitializedCapacity: elementCount) { buffer, count in
      copyBytes(to: UnsafeMutableRawBufferPointer(buffer))
      count = elementCount
    }
  }

  /// Copies the elements to where they are needed.
  ///
  /// - Returns: false, with nothing copied, when they are of another type or number than `destination`.
  public func copy<Element: TensorElement>(to destination: UnsafeMutableBufferPointer<Element>) -> Bool {
    guard dataType == Element.dataType && elementCount == destination.count else { return false }
    copyBytes(to: UnsafeMutableRawBufferPointer(destination))
    return true
  }

  private func copyBytes(to destination: UnsafeMutableRawBufferPointer) {
    bytes.withUnsafeBytes { destination.copyMemory(from: $0) }
  }
}
