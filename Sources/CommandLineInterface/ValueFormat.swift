import Training

/// How one kind of value is read from text and shown as text.
package struct ValueFormat<Value: Sendable>: Sendable {
  package let kind: OptionDescription.Kind
  package let completion: OptionDescription.Completion
  /// What is asked for after a value that can't be read: `an integer of at least 1`.
  package let expectation: String
  /// The value that the text stands for, nil where there is none.
  package let read: @Sendable (String) -> Value?
  package let show: @Sendable (Value) -> TOMLValue

  /// Stores the value that `text` stands for; false, and nothing stored, where it stands for none.
  func store(_ text: String, in place: inout Value) -> Bool {
    guard let value = read(text) else { return false }
    place = value
    return true
  }

  /// The same for a place that may hold no value.
  func store(_ text: String, in place: inout Value?) -> Bool {
    guard let value = read(text) else { return false }
    place = value
    return true
  }
}

extension ValueFormat where Value: FixedWidthInteger {
  /// A decimal integer within `range`.
  package static func integer(_ range: ClosedRange<Value>) -> ValueFormat {
    let expectation =
      range.upperBound == .max && Value.bitWidth == Int.bitWidth
      ? "an integer of at least \(range.lowerBound)"
      : "an integer from \(range.lowerBound) to \(range.upperBound)"
    return ValueFormat(
      kind: .integer, completion: .nothing, expectation: expectation,
      read: { text in Value(text).flatMap { range.contains($0) ? $0 : nil } },
      show: { .integer(Int($0)) })
  }

  /// A decimal integer of at least `least`.
  package static func integer(atLeast least: Value) -> ValueFormat {
    integer(least...Value.max)
  }

  /// 1, 2, 4, … up to `greatest`.
  package static func powerOfTwo(upTo greatest: Value) -> ValueFormat {
    ValueFormat(
      kind: .integer, completion: .nothing, expectation: "a power of two from 1 to \(greatest)",
      read: { text in
        Value(text).flatMap { $0 > 0 && $0 <= greatest && $0.nonzeroBitCount == 1 ? $0 : nil }
      },
      show: { .integer(Int($0)) })
  }
}

extension ValueFormat where Value == Float {
  /// A finite number above zero.
  package static var positiveNumber: ValueFormat {
    ValueFormat(
      kind: .number, completion: .nothing, expectation: "a number above 0",
      read: { text in Float(text).flatMap { $0.isFinite && $0 > 0 ? $0 : nil } },
      // The shortest decimal that reads back as this Float, rather than all the digits of its Double.
      show: { .float(Double($0.description)!) })
  }
}

extension ValueFormat where Value == Double {
  /// A finite number of at least 0, or above it.
  package static func number(above zero: Bool = false) -> ValueFormat {
    number(expectation: zero ? "a number above 0" : "a number of at least 0") { zero ? $0 > 0 : $0 >= 0 }
  }

  /// A number above 0 and at most `greatest`.
  package static func number(upTo greatest: Int) -> ValueFormat {
    number(expectation: "a number above 0 and at most \(greatest)") { $0 > 0 && $0 <= Double(greatest) }
  }

  /// A number of at least 0 and below 1: the part of something that is kept.
  package static var fraction: ValueFormat {
    number(expectation: "a number of at least 0 and below 1") { $0 >= 0 && $0 < 1 }
  }

  /// A number from 0 to 1.
  package static var share: ValueFormat {
    number(expectation: "a number from 0 to 1") { $0 >= 0 && $0 <= 1 }
  }

  private static func number(
    expectation: String, _ accepts: @escaping @Sendable (Double) -> Bool
  ) -> ValueFormat {
    ValueFormat(
      kind: .number, completion: .nothing, expectation: expectation,
      read: { text in Double(text).flatMap { $0.isFinite && accepts($0) ? $0 : nil } }, show: { .float($0) })
  }
}

extension ValueFormat where Value == String {
  /// Any text but none.
  package static var string: ValueFormat {
    ValueFormat(
      kind: .string, completion: .nothing, expectation: "a text that is not empty",
      read: { $0.isEmpty ? nil : $0 }, show: { .string($0) })
  }

  /// A file or folder, there or not.
  package static var path: ValueFormat {
    ValueFormat(
      kind: .string, completion: .file, expectation: "a path", read: { $0.isEmpty ? nil : $0 },
      show: { .string($0) })
  }

  /// A file whose name ends in one of some suffixes, `.npy` and the like, which say what it holds.
  package static func path(endingIn suffixes: [String]) -> ValueFormat {
    ValueFormat(
      kind: .string, completion: .file,
      expectation: "the path of a file whose name ends in \(suffixes.joined(separator: " or "))",
      read: { text in suffixes.contains { text.hasSuffix($0) } ? text : nil }, show: { .string($0) })
  }

  /// One of some names.
  package static func name(among names: [String]) -> ValueFormat {
    ValueFormat(
      kind: .string, completion: .values(names), expectation: enumeration(of: names),
      read: { names.contains($0) ? $0 : nil }, show: { .string($0) })
  }
}

extension ValueFormat where Value == CodePrior {
  /// `normal`, `gaussian` or `mixture:n`.
  package static var prior: ValueFormat {
    ValueFormat(
      kind: .string, completion: .nothing,
      expectation: "'normal', 'gaussian' or 'mixture:' and a number from 1 to 10000, as 'mixture:10'",
      read: { CodePrior($0) }, show: { .string($0.text) })
  }
}

extension ValueFormat where Value: RawRepresentable<String> & CaseIterable {
  /// One of the cases, by raw value.
  package static var choice: ValueFormat {
    let names = Value.allCases.map(\.rawValue)
    return ValueFormat(
      kind: .string, completion: .values(names), expectation: enumeration(of: names),
      read: { Value(rawValue: $0) }, show: { .string($0.rawValue) })
  }
}

extension ValueFormat {
  /// Some of the cases, by raw value with commas between them, in the cases' order, each once; `none` is none of them.
  package static func choices<Choice: RawRepresentable<String> & CaseIterable & Equatable>()
    -> ValueFormat where Value == [Choice]
  {
    let names = Choice.allCases.map(\.rawValue)
    return ValueFormat(
      kind: .string, completion: .values(names + [names.joined(separator: ","), "none"]),
      expectation: "\(enumeration(of: names)), several with commas between them, or 'none'",
      read: { text in
        if text == "none" { return [] }
        let parts = text.split(separator: ",", omittingEmptySubsequences: false).map {
          Choice(rawValue: String($0))
        }
        return parts.contains { $0 == nil } ? nil : Choice.allCases.filter { parts.contains($0) }
      },
      show: { .string($0.isEmpty ? "none" : $0.map(\.rawValue).joined(separator: ",")) })
  }
}

/// The names as an error asks for one of them.
private func enumeration(of names: [String]) -> String {
  let quoted = names.map { "'\($0)'" }
  if quoted.count == 1 { return quoted[0] }
  return "one of \(quoted.dropLast().joined(separator: ", ")) and \(quoted.last!)"
}

extension ValueFormat where Value == [Int] {
  /// `128,64`: integers of at least `least`, or `none`.
  package static func integers(atLeast least: Int) -> ValueFormat {
    ValueFormat(
      kind: .integers, completion: .nothing,
      expectation: "integers of at least \(least) with commas between them, or 'none'",
      read: { text in
        if text == "none" { return [] }
        let parts = text.split(separator: ",", omittingEmptySubsequences: false)
        let values = parts.compactMap { Int($0) }.filter { $0 >= least }
        return values.count == parts.count ? values : nil
      },
      show: { .array($0.map { .integer($0) }) })
  }
}
