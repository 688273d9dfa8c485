/// The dictionary in the header of an `.npy` file, written as a Python literal such as
/// `{'descr': '<f4', 'fortran_order': False, 'shape': (100, 28, 28), }`.
struct NumPyHeader: Equatable {
  var descriptor = ""
  var isFortranOrder = false
  var shape: [Int] = []

  /// Nil unless the text is a dictionary of exactly these three entries, in any order.
  init?(parsing bytes: some Collection<UInt8>) {
    var literal = PythonLiteral(text: Array(bytes))
    var seen: [String] = []
    guard literal.take("{") else { return nil }
    while !literal.take("}") {
      guard let key = literal.string(), !seen.contains(key), literal.take(":") else { return nil }
      seen.append(key)
      switch key {
      case "descr":
        guard let descriptor = literal.string() else { return nil }
        self.descriptor = descriptor
      case "fortran_order":
        guard let isFortranOrder = literal.boolean() else { return nil }
        self.isFortranOrder = isFortranOrder
      case "shape":
        guard let shape = literal.tuple() else { return nil }
        self.shape = shape
      default: return nil
      }
      guard literal.take(",") || literal.isAt("}") else { return nil }
    }
    guard seen.count == 3, literal.isAtEnd else { return nil }
  }
}

/// Reads the few kinds of Python literals that such a header has.
private struct PythonLiteral {
  let text: [UInt8]
  var position = 0

  init(text: [UInt8]) {
    self.text = text
  }

  private mutating func skipSpace() {
    while position < text.count, text[position] == 0x20 || text[position] == 0x0A { position += 1 }
  }

  mutating func isAt(_ word: StaticString) -> Bool {
    skipSpace()
    let length = word.utf8CodeUnitCount
    return text.count - position >= length
      && (0..<length).allSatisfy { text[position + $0] == word.utf8Start[$0] }
  }

  mutating func take(_ word: StaticString) -> Bool {
    guard isAt(word) else { return false }
    position += word.utf8CodeUnitCount
    return true
  }

  var isAtEnd: Bool {
    mutating get {
      skipSpace()
      return position == text.count
    }
  }

  /// Text between single or double quotes, without escapes.
  mutating func string() -> String? {
    skipSpace()
    guard position < text.count, text[position] == UInt8(ascii: "'") || text[position] == UInt8(ascii: "\"")
    else {
      return nil
    }
    guard let end = text[(position + 1)...].firstIndex(of: text[position]) else { return nil }
    defer { position = end + 1 }
    return String(validating: text[(position + 1)..<end], as: UTF8.self)
  }

  mutating func boolean() -> Bool? {
    if take("True") { return true }
    return take("False") ? false : nil
  }

  /// `()`, `(5,)`, `(2, 3)`.
  mutating func tuple() -> [Int]? {
    guard take("(") else { return nil }
    var sizes: [Int] = []
    while !take(")") {
      skipSpace()
      let digits = text[position...].prefix { $0 >= UInt8(ascii: "0") && $0 <= UInt8(ascii: "9") }
      guard let size = Int(String(decoding: digits, as: UTF8.self)) else { return nil }
      position += digits.count
      sizes.append(size)
      guard take(",") || isAt(")") else { return nil }
    }
    return sizes
  }
}
