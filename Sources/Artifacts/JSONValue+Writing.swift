extension JSONValue {
  /// The value on one line without spaces, as rows of `.jsonl` files and headers need it.
  public var compactText: String {
    var writer = JSONWriter(indented: false)
    writer.write(self, depth: 0)
    return writer.text
  }

  /// The value for people: two spaces a level, one member a line, a newline at the end. Arrays of plain numbers,
  /// strings and the like stay on one line.
  public var prettyText: String {
    var writer = JSONWriter(indented: true)
    writer.write(self, depth: 0)
    return writer.text + "\n"
  }
}

/// Writes numbers in their shortest form that reads back to the same value, and strings as UTF-8 with only the
/// escapes that JSON demands.
private struct JSONWriter {
  let indented: Bool
  var text = ""

  init(indented: Bool) {
    self.indented = indented
  }

  mutating func write(_ value: JSONValue, depth: Int) {
    switch value {
    case .null: text += "null"
    case .bool(let value): text += value ? "true" : "false"
    case .integer(let value): text += "\(value)"
    case .double(let value): text += value.isFinite ? "\(value)" : "null"
    case .string(let value): write(value)
    case .array(let values):
      let breaksLines = indented && values.contains { $0.isNonEmptyContainer }
      writeList("[", values.count, "]", depth: depth, breaksLines: breaksLines) { writer, position in
        writer.write(values[position], depth: depth + 1)
      }
    case .object(let members):
      writeList("{", members.count, "}", depth: depth, breaksLines: indented) { writer, position in
        writer.write(members[position].name)
        writer.text += writer.indented ? ": " : ":"
        writer.write(members[position].value, depth: depth + 1)
      }
    }
  }

  private mutating func writeList(
    _ opening: String, _ count: Int, _ closing: String, depth: Int, breaksLines: Bool,
    element: (inout JSONWriter, Int) -> Void
  ) {
    text += opening
    for position in 0..<count {
      if position > 0 { text += indented && !breaksLines ? ", " : "," }
      if breaksLines { startLine(depth + 1) }
      element(&self, position)
    }
    if breaksLines && count > 0 { startLine(depth) }
    text += closing
  }

  private mutating func startLine(_ depth: Int) {
    text += "\n" + String(repeating: "  ", count: depth)
  }

  private mutating func write(_ string: String) {
    text += "\""
    for scalar in string.unicodeScalars {
      switch scalar {
      case "\"": text += "\\\""
      case "\\": text += "\\\\"
      case "\n": text += "\\n"
      case "\r": text += "\\r"
      case "\t": text += "\\t"
      case "\u{0}"..<" ":
        let digits = String(scalar.value, radix: 16)
        text += "\\u" + String(repeating: "0", count: 4 - digits.count) + digits
      default: text.unicodeScalars.append(scalar)
      }
    }
    text += "\""
  }
}

extension JSONValue {
  fileprivate var isNonEmptyContainer: Bool {
    switch self {
    case .array(let values): !values.isEmpty
    case .object(let members): !members.isEmpty
    default: false
    }
  }
}
