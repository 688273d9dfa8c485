/// A value of the TOML subset that configuration files are written in.
package enum TOMLValue: Sendable, Equatable {
  case boolean(Bool)
  case integer(Int)
  case float(Double)
  case string(String)
  case array([TOMLValue])

  /// As TOML writes it.
  package var literal: String {
    switch self {
    case .boolean(let value): value ? "true" : "false"
    case .integer(let value): String(value)
    case .float(let value): value.isNaN ? "nan" : value.description
    case .string(let value): "\"\(value.unicodeScalars.map(Self.escaped).joined())\""
    case .array(let values): "[\(values.map(\.literal).joined(separator: ", "))]"
    }
  }

  /// As the command line writes it: no quotes, lists with bare commas.
  package var text: String {
    switch self {
    case .string(let value): value
    case .array(let values): values.isEmpty ? "none" : values.map(\.text).joined(separator: ",")
    default: literal
    }
  }

  /// What an error calls it.
  package var typeName: String {
    switch self {
    case .boolean: "a boolean"
    case .integer: "an integer"
    case .float: "a number with a fraction"
    case .string: "a string"
    case .array: "an array"
    }
  }

  /// Whether an option of that kind takes it; an integer is a number too.
  package func isA(_ kind: OptionDescription.Kind) -> Bool {
    switch (self, kind) {
    case (.boolean, .boolean), (.integer, .integer), (.string, .string): true
    case (.float, .number), (.integer, .number): true
    case (.array(let values), .integers): values.allSatisfy { $0.isA(.integer) }
    default: false
    }
  }

  private static func escaped(_ scalar: Unicode.Scalar) -> String {
    switch scalar {
    case "\"": return "\\\""
    case "\\": return "\\\\"
    case "\n": return "\\n"
    case "\t": return "\\t"
    case "\r": return "\\r"
    default:
      guard scalar.value < 0x20 || scalar.value == 0x7F else { return String(scalar) }
      let digits = String(scalar.value, radix: 16, uppercase: true)
      return "\\u" + String(repeating: "0", count: 4 - digits.count) + digits
    }
  }
}
