import TestSupport
import Testing

@Test func closeArraysAgree() {
  #expect(disagreement("x", [1, 2.000_001, 0], [1, 2, 1e-7], tolerance: 1e-6) == nil)
  #expect(disagreement("x", [.infinity], [.infinity], tolerance: 1e-6) == nil)
}

@Test func aDisagreementNamesTheFirstFiveAndTheWorst() throws {
  let expected = [Double](repeating: 2, count: 10)
  var actual = expected.map { $0 + 0.1 }
  actual[7] = -3
  let report = try #require(disagreement("weight", actual, expected, tolerance: 1e-3))
  let lines = report.split(separator: "\n")
  #expect(lines.count == 7)
  #expect(lines[0].contains("10 of 10"))
  #expect(lines[5].contains("weight[4]: expected 2.0, got 2.1"))
  #expect(lines[6].contains("worst weight[7]: expected 2.0, got -3.0"))
}

@Test(arguments: [
  ([Double.nan], [1.0]), ([1], [.nan]), ([1e-30], [0]), ([1], [.infinity]), ([1, 1], [1]),
])
func whatIsNotCloseDisagrees(actual: [Double], expected: [Double]) {
  #expect(disagreement("x", actual, expected, tolerance: 1e-3) != nil)
}

@Test func finiteDifferencesFollowACubic() {
  expectGradient(
    of: { $0[0] * $0[0] * $0[0] + 2 * $0[0] * $0[1] }, at: [1.5, -0.5], equals: [3 * 2.25 - 1, 3],
    tolerance: 1e-9)
}
