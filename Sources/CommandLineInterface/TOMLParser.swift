/// Reads the TOML subset of configuration files: tables, dotted and quoted keys, one-line strings, integers, floats,
/// booleans, arrays and comments. Dates, inline tables, arrays of tables and multi-line strings are refused by name.
///
/// The rules are TOML 1.0's (https://toml.io/en/v1.0.0); its values are a subset that Python's `tomllib` reads alike.
package struct TOMLParser {
  /// A key with its value and the line it stands on.
  package struct Entry: Equatable {
    package let path: [String]
    package let value: TOMLValue
    package let line: Int
  }

  /// What is wrong, and on which line.
  package struct Problem: Error, Equatable {
    package let line: Int
    package let message: String
  }

  var scanner: TOMLScanner
  private var entries: [Entry] = []
  /// The tables with a header of their own, and those that dotted keys made: neither may be opened again.
  private var tables: [[String]] = []
  private var dottedTables: [[String]] = []

  private init(_ text: String) {
    scanner = TOMLScanner(text)
  }

  /// The entries in the order of the text.
  package static func parse(_ text: String) throws(Problem) -> [Entry] {
    var parser = TOMLParser(text)
    try parser.parse()
    return parser.entries
  }

  private mutating func parse() throws(Problem) {
    var table: [String] = []
    while true {
      scanner.skipBlankLines()
      if scanner.isAtEnd { return }
      if scanner.next == "[" {
        table = try readTableHeader()
      } else {
        let line = scanner.line
        let key = try readKey()
        try expect("=", after: "the key '\(key.joined(separator: "."))'")
        scanner.skipSpaces()
        let value = try readValue()
        try add(Entry(path: table + key, value: value, line: line), to: table)
      }
      try expectEndOfLine()
    }
  }

  private mutating func readTableHeader() throws(Problem) -> [String] {
    let line = scanner.line
    scanner.advance()
    if scanner.next == "[" { throw problem("arrays of tables are not supported") }
    let path = try readKey()
    try expect("]", after: "the table's name")
    if (tables + dottedTables).contains(path) || entries.contains(where: { path.starts(with: $0.path) }) {
      throw Problem(line: line, message: "the table '\(path.joined(separator: "."))' is defined twice")
    }
    tables.append(path)
    return path
  }

  private mutating func add(_ entry: Entry, to table: [String]) throws(Problem) {
    let dotted = (table.count + 1..<max(table.count + 1, entry.path.count)).map {
      Array(entry.path.prefix($0))
    }
    let isTaken =
      (tables + dottedTables).contains { $0.starts(with: entry.path) }
      || tables.contains { dotted.contains($0) }
      || entries.contains { entry.path.starts(with: $0.path) }
    if isTaken {
      throw Problem(
        line: entry.line, message: "the key '\(entry.path.joined(separator: "."))' is defined twice")
    }
    dottedTables += dotted
    entries.append(entry)
  }

  private mutating func readKey() throws(Problem) -> [String] {
    var path: [String] = []
    repeat {
      scanner.skipSpaces()
      if scanner.next == "\"" || scanner.next == "'" {
        path.append(try readString())
      } else {
        let part = scanner.take { $0.isBareKeyCharacter }
        if part.isEmpty { throw problem("expected a key, found \(scanner.found)") }
        path.append(part)
      }
      scanner.skipSpaces()
    } while scanner.takeOne(".")
    return path
  }

  private mutating func readValue() throws(Problem) -> TOMLValue {
    switch scanner.next {
    case "\"", "'": .string(try readString())
    case "[": try readArray()
    case "{": throw problem("inline tables are not supported")
    default: try readScalar()
    }
  }

  private mutating func readArray() throws(Problem) -> TOMLValue {
    let line = scanner.line
    var values: [TOMLValue] = []
    scanner.advance()
    while true {
      scanner.skipBlankLines()
      if scanner.isAtEnd { throw Problem(line: line, message: "the array has no end") }
      if scanner.takeOne("]") { return .array(values) }
      values.append(try readValue())
      scanner.skipBlankLines()
      if !scanner.takeOne(","), !scanner.isAtEnd, scanner.next != "]" {
        throw problem("expected ',' or ']' in the array, found \(scanner.found)")
      }
    }
  }

  private mutating func readScalar() throws(Problem) -> TOMLValue {
    let word = scanner.take { !$0.endsScalar }
    if word.isEmpty { throw problem("expected a value, found \(scanner.found)") }
    if let value = TOMLScanner.scalar(word) { return value }
    throw problem("'\(word)' is not a value; strings need quotes")
  }

  private mutating func readString() throws(Problem) -> String {
    let line = scanner.line
    switch scanner.takeString() {
    case .success(let text): return text
    case .failure(let fault): throw Problem(line: line, message: fault.message)
    }
  }

  private mutating func expect(_ character: Unicode.Scalar, after place: String) throws(Problem) {
    scanner.skipSpaces()
    if !scanner.takeOne(character) {
      throw problem("expected '\(character)' after \(place), found \(scanner.found)")
    }
  }

  private mutating func expectEndOfLine() throws(Problem) {
    scanner.skipSpaces()
    scanner.skipComment()
    if !scanner.isAtEnd, !scanner.isAtLineEnd { throw problem("unexpected \(scanner.found)") }
  }

  private func problem(_ message: String) -> Problem {
    Problem(line: scanner.line, message: message)
  }
}
