import Artifacts

/// A file of Tests/Fixtures/data: what PyTorch, Keras, scikit-image or TensorFlow computed. Tests/Fixtures/README.md
/// lists files and tensors.
public struct Fixture {
  public let name: String
  private let file: SafeTensorsFile

  /// - Parameter name: the file's name without `.safetensors`.
  /// - Throws: what the reader says of a file that is missing or damaged.
  public init(_ name: String) throws {
    let tests = #filePath.split(separator: "/").dropLast(2).joined(separator: "/")
    self.name = name
    file = try SafeTensorsFile(reading: "/\(tests)/Fixtures/data/\(name).safetensors")
  }

  /// The names of the tensors that begin with `prefix`, without it, in ascending order.
  public func names(under prefix: String) -> [String] {
    file.tensors.map(\.name).filter { $0.hasPrefix(prefix) }.map { String($0.dropFirst(prefix.count)) }
      .sorted()
  }

  public func shape(_ tensor: String) throws -> [Int] { try data(tensor).shape }

  /// The elements of a float32 tensor, in C order.
  public func floats(_ tensor: String) throws -> [Float] { try elements(tensor) }

  /// The elements of a float64 tensor, in C order.
  public func doubles(_ tensor: String) throws -> [Double] { try elements(tensor) }

  /// The elements of a uint32 tensor, in C order.
  public func integers(_ tensor: String) throws -> [Int] {
    let elements: [UInt32] = try elements(tensor)
    return elements.map(Int.init)
  }

  /// The elements of a uint8 tensor, in C order.
  public func bytes(_ tensor: String) throws -> [UInt8] { try elements(tensor) }

  private func elements<Element: TensorElement>(_ tensor: String) throws -> [Element] {
    let data = try data(tensor)
    guard let elements = data.elements(of: Element.self) else {
      throw FixtureError(description: "\(name): \(tensor) is \(data.dataType.rawValue), not \(Element.self)")
    }
    return elements
  }

  private func data(_ tensor: String) throws -> TensorData {
    guard let data = file[tensor] else {
      throw FixtureError(description: "\(name).safetensors has no tensor \(tensor)")
    }
    return data
  }
}

/// A test asks for a tensor that its fixture doesn't have.
struct FixtureError: Error, CustomStringConvertible {
  let description: String
}
