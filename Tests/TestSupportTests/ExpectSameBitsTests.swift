import TestSupport
import Testing

@Test func sameBitsAreTheSameNaNAndTheSameZero() {
  #expect(bitDifference("x", [Float.nan, 0, -0.0], [.nan, 0, -0.0]) == nil)
  #expect(bitDifference("x", [Double](), []) == nil)
}

@Test func otherBitsAreReportedByNumberAndPlace() {
  #expect(
    bitDifference("x", [1, 0, 2.5], [1, -0.0, 2]) == "x: 2 of 3 differ, first [1]: expected -0.0, got 0.0")
  #expect(bitDifference("x", [1.0], [(1.0).nextUp]) != nil)
  #expect(bitDifference("x", [1.0], [1.0, 2]) == "x: 1 elements, expected 2")
}
