import Testing

/// Expects two arrays to be the same and not only equal: NaN is itself, and 0 is not -0.
///
/// A failure prints the number of differences and the first of them; `#expect(a == b)` would work out the edits between
/// the two, which takes hours for a model's gradients.
public func expectSameBits<Value: BinaryFloatingPoint & BitwiseCopyable>(
  _ name: String, _ actual: some Collection<Value>, _ expected: some Collection<Value>,
  sourceLocation: SourceLocation = #_sourceLocation
) {
  if let report = bitDifference(name, actual, expected) {
    Issue.record(Comment(rawValue: report), sourceLocation: sourceLocation)
  }
}

/// Expects an array to differ from what a wrong program gives: that the data of a test tells them apart.
public func expectDifferentBits<Value: BinaryFloatingPoint & BitwiseCopyable>(
  _ name: String, _ actual: some Collection<Value>, _ wrong: some Collection<Value>,
  sourceLocation: SourceLocation = #_sourceLocation
) {
  if bitDifference(name, actual, wrong) == nil {
    Issue.record("\(name) gives the same bits: the data would not show it", sourceLocation: sourceLocation)
  }
}

/// What `expectSameBits` says about two arrays, or nil where they are the same; apart from it so that it can be tested
/// itself.
package func bitDifference<Value: BinaryFloatingPoint & BitwiseCopyable>(
  _ name: String, _ actual: some Collection<Value>, _ expected: some Collection<Value>
) -> String? {
  guard actual.count == expected.count else {
    return "\(name): \(actual.count) elements, expected \(expected.count)"
  }
  var differences = 0
  var first = ""
  for (index, (value, other)) in zip(actual, expected).enumerated() where !sameBits(value, other) {
    if differences == 0 { first = "[\(index)]: expected \(other), got \(value)" }
    differences += 1
  }
  return differences == 0 ? nil : "\(name): \(differences) of \(expected.count) differ, first \(first)"
}

private func sameBits<Value: BitwiseCopyable>(_ a: Value, _ b: Value) -> Bool {
  withUnsafeBytes(of: a) { a in withUnsafeBytes(of: b) { b in a.elementsEqual(b) } }
}
