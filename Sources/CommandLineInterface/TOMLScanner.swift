/// Walks over the text of a configuration file and takes its tokens.
struct TOMLScanner {
  /// What is wrong with a string.
  struct StringFault: Error {
    let message: String
  }

  private let scalars: [Unicode.Scalar]
  private var position = 0
  private(set) var line = 1

  init(_ text: String) {
    scalars = Array(text.unicodeScalars)
  }

  var isAtEnd: Bool { position == scalars.count }
  var next: Unicode.Scalar? { isAtEnd ? nil : scalars[position] }

  /// At a line feed, or at the carriage return before one.
  var isAtLineEnd: Bool {
    next == "\n" || (next == "\r" && position + 1 < scalars.count && scalars[position + 1] == "\n")
  }

  /// What stands here, for messages.
  var found: String {
    guard let next else { return "the end of the file" }
    return isAtLineEnd ? "the end of the line" : "'\(next)'"
  }

  mutating func advance() {
    if next == "\n" { line += 1 }
    position += 1
  }

  mutating func takeOne(_ scalar: Unicode.Scalar) -> Bool {
    guard next == scalar else { return false }
    advance()
    return true
  }

  mutating func take(while belongs: (Unicode.Scalar) -> Bool) -> String {
    var text = String.UnicodeScalarView()
    while let scalar = next, belongs(scalar) {
      text.append(scalar)
      advance()
    }
    return String(text)
  }

  mutating func skipSpaces() {
    while next == " " || next == "\t" { advance() }
  }

  mutating func skipComment() {
    guard next == "#" else { return }
    while !isAtEnd, !isAtLineEnd { advance() }
  }

  /// Skips white space, line ends and comments.
  mutating func skipBlankLines() {
    while true {
      skipSpaces()
      skipComment()
      guard isAtLineEnd else { return }
      if next == "\r" { advance() }
      advance()
    }
  }

  /// Takes `"…"` with escapes or `'…'` without.
  mutating func takeString() -> Result<String, StringFault> {
    let quote = next!
    if scalars[position...].starts(with: [quote, quote, quote]) {
      return .failure(StringFault(message: "multi-line strings are not supported"))
    }
    advance()
    var text = String.UnicodeScalarView()
    while let scalar = next, !isAtLineEnd {
      if scalar.value < 0x20 && scalar != "\t" || scalar.value == 0x7F {
        return .failure(StringFault(message: "a control character in a string must be escaped"))
      }
      advance()
      if scalar == quote { return .success(String(text)) }
      if scalar == "\\", quote == "\"" {
        guard let escaped = takeEscape() else {
          return .failure(StringFault(message: "unknown escape sequence in a string"))
        }
        text.append(escaped)
      } else {
        text.append(scalar)
      }
    }
    return .failure(StringFault(message: "the string has no end"))
  }

  private mutating func takeEscape() -> Unicode.Scalar? {
    guard let letter = next else { return nil }
    advance()
    switch letter {
    case "\"", "\\": return letter
    case "b": return "\u{8}"
    case "f": return "\u{C}"
    case "n": return "\n"
    case "r": return "\r"
    case "t": return "\t"
    case "u": return takeHexadecimal(digits: 4)
    case "U": return takeHexadecimal(digits: 8)
    default: return nil
    }
  }

  private mutating func takeHexadecimal(digits: Int) -> Unicode.Scalar? {
    guard position + digits <= scalars.count else { return nil }
    let text = String(String.UnicodeScalarView(scalars[position..<position + digits]))
    guard text.unicodeScalars.allSatisfy(\.properties.isASCIIHexDigit) else { return nil }
    position += digits
    return UInt32(text, radix: 16).flatMap { Unicode.Scalar($0) }
  }

  /// The boolean or number that a bare word stands for.
  static func scalar(_ word: String) -> TOMLValue? {
    switch word {
    case "true": return .boolean(true)
    case "false": return .boolean(false)
    case "inf", "+inf": return .float(.infinity)
    case "-inf": return .float(-.infinity)
    case "nan", "+nan", "-nan": return .float(.nan)
    default: break
    }
    for (prefix, radix) in [("0x", 16), ("0o", 8), ("0b", 2)] where word.hasPrefix(prefix) {
      return digits(word.dropFirst(2), radix: radix).flatMap { Int($0, radix: radix) }.map { .integer($0) }
    }
    return decimal(word)
  }

  private static func decimal(_ word: String) -> TOMLValue? {
    let sign = word.hasPrefix("-") ? "-" : ""
    let unsigned = word.hasPrefix("-") || word.hasPrefix("+") ? word.dropFirst() : word[...]
    let exponentParts = unsigned.split(omittingEmptySubsequences: false) { $0 == "e" || $0 == "E" }
    let parts = exponentParts[0].split(separator: ".", omittingEmptySubsequences: false)
    guard exponentParts.count <= 2, parts.count <= 2, let whole = digits(parts[0], radix: 10),
      whole == "0" || !whole.hasPrefix("0")
    else { return nil }
    var text = sign + whole
    if parts.count == 2 {
      guard let fraction = digits(parts[1], radix: 10) else { return nil }
      text += "." + fraction
    }
    if exponentParts.count == 2 {
      let isSigned = exponentParts[1].hasPrefix("-") || exponentParts[1].hasPrefix("+")
      guard let exponent = digits(exponentParts[1].dropFirst(isSigned ? 1 : 0), radix: 10) else { return nil }
      text += "e" + (exponentParts[1].hasPrefix("-") ? "-" : "") + exponent
    }
    if parts.count == 1, exponentParts.count == 1 { return Int(text).map { .integer($0) } }
    return Double(text).map { .float($0) }
  }

  /// The digits without their underscores, which may stand only between two of them.
  private static func digits(_ text: Substring, radix: Int) -> String? {
    let groups = text.split(separator: "_", omittingEmptySubsequences: false)
    let isNumber = groups.allSatisfy { group in
      !group.isEmpty && group.unicodeScalars.allSatisfy { $0.isASCII && Character($0).isDigit(radix: radix) }
    }
    return isNumber ? groups.joined() : nil
  }
}

extension Unicode.Scalar {
  /// Letters, digits, underscores and dashes make a key without quotes.
  var isBareKeyCharacter: Bool {
    self == "_" || self == "-" || ("0"..."9").contains(self) || ("a"..."z").contains(self)
      || ("A"..."Z").contains(self)
  }

  /// What ends a number or a boolean.
  var endsScalar: Bool {
    self == " " || self == "\t" || self == "\n" || self == "\r" || self == "," || self == "]" || self == "#"
  }
}

extension Character {
  fileprivate func isDigit(radix: Int) -> Bool {
    hexDigitValue.map { $0 < radix } ?? false
  }
}
