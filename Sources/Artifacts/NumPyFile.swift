import Diagnostics

/// NumPy's `.npy` format, one array a file: magic, version, the length of the header, the header (a Python dictionary
/// padded with spaces so that the elements start at a multiple of 64), the elements.
///
/// Source: numpy.org/doc/stable/reference/generated/numpy.lib.format.html
public enum NumPyFile {
  static let magic: [UInt8] = [0x93] + Array("NUMPY".utf8)

  /// The bytes before the elements of a C-ordered array, as `numpy.save` writes them (version 1.0).
  public static func header(dataType: TensorDataType, shape: [Int]) -> [UInt8] {
    let sizes = shape.map(String.init).joined(separator: ", ")
    let tuple = shape.count == 1 ? "(\(sizes),)" : "(\(sizes))"
    var dictionary = "{'descr': '\(dataType.numPyDescriptor)', 'fortran_order': False, 'shape': \(tuple), }"
    let fixedLength = magic.count + 4
    let unpadded = fixedLength + dictionary.utf8.count + 1
    dictionary += String(repeating: " ", count: (64 - unpadded % 64) % 64) + "\n"
    let length = UInt16(dictionary.utf8.count)
    return magic + [1, 0, UInt8(length & 0xFF), UInt8(length >> 8)] + Array(dictionary.utf8)
  }

  /// Writes a C-ordered array without copying it.
  ///
  /// - Precondition: as many elements as the shape says.
  public static func write<Element: TensorElement>(
    shape: [Int], elements: UnsafeBufferPointer<Element>, to file: OutputFile
  ) throws {
    precondition(elements.count == shape.reduce(1, *))
    try file.write(header(dataType: Element.dataType, shape: shape))
    try file.write(UnsafeRawBufferPointer(elements))
  }

  /// The whole file in memory.
  public static func serialized(_ array: TensorData) -> [UInt8] {
    header(dataType: array.dataType, shape: array.shape) + array.bytes
  }

  /// Reads a file of version 1 or 2 with one C-ordered little-endian array.
  ///
  /// - Throws: `Failure` 66 when it is not there, 65 with the file and the fault when it is damaged or of a kind that
  ///   this program does not read.
  public static func read(_ path: String) throws -> TensorData {
    try parse(try FileSystem.read(path), path: path)
  }

  /// Takes a file's content apart; the array is a slice of it.
  ///
  /// - Parameter path: the name that a fault is reported under.
  public static func parse(_ content: [UInt8], path: String) throws -> TensorData {
    let contents = try contents(ofPrefix: content, byteCount: content.count, path: path)
    return TensorData(dataType: contents.dataType, shape: contents.shape, bytes: content[contents.offset...])
  }

  /// What a file holds, and where its elements begin.
  public struct Contents: Sendable, Equatable {
    public let dataType: TensorDataType
    public let shape: [Int]
    public let offset: Int
  }

  /// No header is longer.
  public static let headerLimit = 1 << 16

  /// Reads the header of a file.
  ///
  /// - Parameters:
  ///   - content: the beginning of the file, `headerLimit` bytes or all there are.
  ///   - byteCount: the size of the whole file.
  ///   - path: the name that a fault is reported under.
  /// - Throws: `Failure` 65 as `read` does.
  public static func contents(ofPrefix content: [UInt8], byteCount fileSize: Int, path: String) throws
    -> Contents
  {
    func fault(_ reason: String, help: String = "use an undamaged copy of the file") -> Failure {
      Failure(.badData, "\(path) is not a readable .npy file: \(reason)", help: help)
    }

    guard content.starts(with: magic) else {
      throw fault("it does not start with NumPy's magic bytes", help: "name a file that numpy.save wrote")
    }
    guard content.count >= 12 else { throw fault("it ends inside its header") }
    let headerStart: Int
    let headerLength: Int
    switch content[6] {
    case 1:
      headerStart = 10
      headerLength = Int(content[8]) | Int(content[9]) << 8
    case 2:
      headerStart = 12
      headerLength = (0..<4).reduce(0) { $0 | Int(content[8 + $1]) << (8 * $1) }
    default:
      throw fault("version \(content[6]) of the format is not known", help: "save it again with numpy.save")
    }
    guard headerLength <= content.count - headerStart else { throw fault("it ends inside its header") }
    let dataStart = headerStart + headerLength

    guard let header = NumPyHeader(parsing: content[headerStart..<dataStart]) else {
      throw fault("its header is not a dictionary of descr, fortran_order and shape")
    }
    guard let dataType = TensorDataType.allCases.first(where: { $0.numPyDescriptor == header.descriptor })
    else {
      throw fault(
        "its elements are of type '\(header.descriptor)'",
        help: "save it as uint8 or float32: numpy.save(path, array.astype('float32'))")
    }
    guard !header.isFortranOrder else {
      throw fault(
        "it is in Fortran order", help: "save it as numpy.save(path, numpy.ascontiguousarray(array))")
    }

    var byteCount = dataType.size
    for size in header.shape {
      let (product, overflows) = byteCount.multipliedReportingOverflow(by: size)
      guard !overflows else { throw fault("its shape is beyond all memory") }
      byteCount = product
    }
    let present = fileSize - dataStart
    guard present == byteCount else {
      throw fault("its shape \(header.shape) needs \(byteCount) bytes of elements, but \(present) are there")
    }
    return Contents(dataType: dataType, shape: header.shape, offset: dataStart)
  }
}
