import Diagnostics

extension JSONValue {
  /// Reads one JSON document (RFC 8259) strictly: no comments, trailing commas, duplicate names, lone surrogates,
  /// numbers beyond a Double, nesting beyond 64 levels or anything after the value.
  ///
  /// - Parameter file: the name that a fault is reported under.
  /// - Throws: `Failure` 65 with the file, the fault and its byte offset.
  public init(parsing bytes: some Collection<UInt8>, file: String) throws(Failure) {
    let contiguous = Array(bytes)
    var parser = JSONParser(bytes: contiguous)
    do {
      self = try parser.document()
    } catch {
      throw Failure(.badData, "\(file) is not valid JSON: \(error.reason) at byte \(error.offset)")
    }
  }
}

/// A recursive-descent parser over the bytes of a document.
private struct JSONParser {
  struct Fault: Error {
    let reason: String
    let offset: Int
  }

  /// Deep enough for every file of ours, shallow enough that a hostile file can't exhaust the stack.
  static let depthLimit = 64

  let bytes: [UInt8]
  var position = 0

  init(bytes: [UInt8]) {
    self.bytes = bytes
  }

  private var current: UInt8? { position < bytes.count ? bytes[position] : nil }

  private func fault(_ reason: String) -> Fault { Fault(reason: reason, offset: position) }

  mutating func document() throws(Fault) -> JSONValue {
    skipSpace()
    let result = try value(depth: 0)
    skipSpace()
    guard position == bytes.count else { throw fault("something follows the value") }
    return result
  }

  private mutating func skipSpace() {
    while let byte = current, byte == 0x20 || byte == 0x0A || byte == 0x0D || byte == 0x09 { position += 1 }
  }

  private mutating func take(_ byte: UInt8) -> Bool {
    guard current == byte else { return false }
    position += 1
    return true
  }

  private mutating func value(depth: Int) throws(Fault) -> JSONValue {
    guard depth <= Self.depthLimit else { throw fault("nesting deeper than \(Self.depthLimit) levels") }
    switch current {
    case UInt8(ascii: "{"): return try object(depth: depth)
    case UInt8(ascii: "["): return try array(depth: depth)
    case UInt8(ascii: "\""): return .string(try string())
    case UInt8(ascii: "t"): return try word("true", .bool(true))
    case UInt8(ascii: "f"): return try word("false", .bool(false))
    case UInt8(ascii: "n"): return try word("null", .null)
    case nil: throw fault("the text ends early")
    default: return try number()
    }
  }

  private mutating func word(_ word: StaticString, _ value: JSONValue) throws(Fault) -> JSONValue {
    let length = word.utf8CodeUnitCount
    let matches =
      bytes.count - position >= length
      && (0..<length).allSatisfy { bytes[position + $0] == word.utf8Start[$0] }
    guard matches else { throw fault("unexpected character") }
    position += length
    return value
  }

  private mutating func object(depth: Int) throws(Fault) -> JSONValue {
    position += 1
    var members: [JSONMember] = []
    var names: Set<String> = []
    skipSpace()
    if take(UInt8(ascii: "}")) { return .object(members) }
    while true {
      skipSpace()
      guard current == UInt8(ascii: "\"") else { throw fault("a member's name is missing") }
      let name = try string()
      guard names.insert(name).inserted else { throw fault("a name stands twice in one object") }
      skipSpace()
      guard take(UInt8(ascii: ":")) else { throw fault("':' is missing") }
      skipSpace()
      members.append(JSONMember(name, try value(depth: depth + 1)))
      skipSpace()
      if take(UInt8(ascii: "}")) { return .object(members) }
      guard take(UInt8(ascii: ",")) else { throw fault("',' or '}' is missing") }
    }
  }

  private mutating func array(depth: Int) throws(Fault) -> JSONValue {
    position += 1
    var values: [JSONValue] = []
    skipSpace()
    if take(UInt8(ascii: "]")) { return .array(values) }
    while true {
      skipSpace()
      values.append(try value(depth: depth + 1))
      skipSpace()
      if take(UInt8(ascii: "]")) { return .array(values) }
      guard take(UInt8(ascii: ",")) else { throw fault("',' or ']' is missing") }
    }
  }

  private mutating func digits() throws(Fault) {
    guard let first = current, isDigit(first) else { throw fault("a digit is missing") }
    while let byte = current, isDigit(byte) { position += 1 }
  }

  private func isDigit(_ byte: UInt8) -> Bool { byte >= UInt8(ascii: "0") && byte <= UInt8(ascii: "9") }

  private mutating func number() throws(Fault) -> JSONValue {
    let start = position
    let isNegative = take(UInt8(ascii: "-"))
    guard let first = current, isDigit(first) else { throw fault("unexpected character") }
    if !take(UInt8(ascii: "0")) { try digits() }
    if let next = current, isDigit(next) { throw fault("a number starts with 0") }
    var isWhole = true
    if take(UInt8(ascii: ".")) {
      isWhole = false
      try digits()
    }
    if take(UInt8(ascii: "e")) || take(UInt8(ascii: "E")) {
      isWhole = false
      if !take(UInt8(ascii: "+")) { _ = take(UInt8(ascii: "-")) }
      try digits()
    }
    let text = String(decoding: bytes[start..<position], as: UTF8.self)
    // "-0" has to stay negative, which only a Double can.
    if isWhole, let integer = Int(text), !(isNegative && integer == 0) { return .integer(integer) }
    guard let double = Double(text), double.isFinite else {
      throw Fault(reason: "a number is out of range", offset: start)
    }
    return .double(double)
  }
}

// MARK: - Strings

extension JSONParser {
  fileprivate mutating func string() throws(Fault) -> String {
    position += 1
    var units: [UInt8] = []
    while let byte = current {
      position += 1
      switch byte {
      case UInt8(ascii: "\""):
        guard let string = String(validating: units, as: UTF8.self) else {
          throw fault("a string is not UTF-8")
        }
        return string
      case UInt8(ascii: "\\"): units += Array(String(try escape()).utf8)
      case 0..<0x20: throw fault("a control character stands in a string")
      default: units.append(byte)
      }
    }
    throw fault("the text ends inside a string")
  }

  private mutating func escape() throws(Fault) -> Unicode.Scalar {
    guard let byte = current else { throw fault("the text ends inside a string") }
    position += 1
    switch byte {
    case UInt8(ascii: "\""): return "\""
    case UInt8(ascii: "\\"): return "\\"
    case UInt8(ascii: "/"): return "/"
    case UInt8(ascii: "b"): return "\u{8}"
    case UInt8(ascii: "f"): return "\u{C}"
    case UInt8(ascii: "n"): return "\n"
    case UInt8(ascii: "r"): return "\r"
    case UInt8(ascii: "t"): return "\t"
    case UInt8(ascii: "u"): return try escapedScalar()
    default: throw fault("an unknown escape")
    }
  }

  private mutating func escapedScalar() throws(Fault) -> Unicode.Scalar {
    let first = try fourHexadecimalDigits()
    if let scalar = Unicode.Scalar(first) { return scalar }
    // A character outside the basic plane: a high surrogate, then a low one.
    guard (0xD800..<0xDC00).contains(first), take(UInt8(ascii: "\\")), take(UInt8(ascii: "u")) else {
      throw fault("a lone surrogate")
    }
    let second = try fourHexadecimalDigits()
    guard (0xDC00..<0xE000).contains(second),
      let scalar = Unicode.Scalar(0x10000 + (first - 0xD800) << 10 + (second - 0xDC00))
    else { throw fault("a lone surrogate") }
    return scalar
  }

  private mutating func fourHexadecimalDigits() throws(Fault) -> UInt32 {
    var result: UInt32 = 0
    for _ in 0..<4 {
      guard let byte = current, let digit = Character(Unicode.Scalar(byte)).hexDigitValue else {
        throw fault("four hexadecimal digits are missing")
      }
      result = result << 4 | UInt32(digit)
      position += 1
    }
    return result
  }
}
