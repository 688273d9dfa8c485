/// A JSON document or a part of one. Objects keep the order of their members, so that the same value always gives the
/// same bytes.
public enum JSONValue: Sendable, Equatable {
  case null
  case bool(Bool)
  /// A number written without fraction and exponent that fits an Int.
  case integer(Int)
  /// Any other number; one that is not finite is written as `null`.
  case double(Double)
  case string(String)
  case array([JSONValue])
  case object([JSONMember])

  /// The number with the shortest decimal form of a Float: `0.1`, not `0.10000000149011612`.
  public static func number(_ value: Float) -> JSONValue {
    .double(value.isFinite ? Double("\(value)")! : Double(value))
  }

  /// The member of that name; nil for other names and for values that are no objects.
  public subscript(name: String) -> JSONValue? {
    guard case .object(let members) = self else { return nil }
    return members.first { $0.name == name }?.value
  }

  public var boolValue: Bool? {
    guard case .bool(let value) = self else { return nil }
    return value
  }

  public var integerValue: Int? {
    guard case .integer(let value) = self else { return nil }
    return value
  }

  /// Any number, integers included.
  public var doubleValue: Double? {
    switch self {
    case .integer(let value): Double(value)
    case .double(let value): value
    default: nil
    }
  }

  public var stringValue: String? {
    guard case .string(let value) = self else { return nil }
    return value
  }

  public var arrayValue: [JSONValue]? {
    guard case .array(let values) = self else { return nil }
    return values
  }

  public var objectValue: [JSONMember]? {
    guard case .object(let members) = self else { return nil }
    return members
  }
}

/// One name and value of a JSON object.
public struct JSONMember: Sendable, Equatable {
  public var name: String
  public var value: JSONValue

  public init(_ name: String, _ value: JSONValue) {
    self.name = name
    self.value = value
  }
}

extension JSONValue: ExpressibleByBooleanLiteral, ExpressibleByIntegerLiteral, ExpressibleByFloatLiteral,
  ExpressibleByStringLiteral, ExpressibleByArrayLiteral, ExpressibleByDictionaryLiteral,
  ExpressibleByNilLiteral
{
  public init(nilLiteral: ()) { self = .null }
  public init(booleanLiteral value: Bool) { self = .bool(value) }
  public init(integerLiteral value: Int) { self = .integer(value) }
  public init(floatLiteral value: Double) { self = .double(value) }
  public init(stringLiteral value: String) { self = .string(value) }
  public init(arrayLiteral elements: JSONValue...) { self = .array(elements) }
  public init(dictionaryLiteral elements: (String, JSONValue)...) {
    self = .object(elements.map { JSONMember($0.0, $0.1) })
  }
}
