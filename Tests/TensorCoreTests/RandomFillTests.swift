import Glibc
import RandomNumbers
import TensorCore
import Testing

private let key = RandomKey(seed: 11, purpose: .generation)

private func normals(_ count: Int, step: Int = 0, index: Int = 0, draw: Int = 0) -> [Float] {
  let buffer = AlignedBuffer<Float>(count: count)
  fillNormal(buffer.pointer, count: count, key: key, step: step, index: index, draw: draw)
  return buffer.array
}

private func uniforms(_ count: Int, low: Float = 0, high: Float = 1, index: Int = 0) -> [Float] {
  let buffer = AlignedBuffer<Float>(count: count)
  fillUniform(buffer.pointer, count: count, low: low, high: high, key: key, index: index)
  return buffer.array
}

@Test func uniformElementsComeFromTheirOwnWords() {
  let values = uniforms(11, low: -0.5, high: 1.5, index: 3)
  for (element, value) in values.enumerated() {
    let word = key.words(step: 0, index: 3, lane: element / 4)[element % 4]
    #expect(value == -0.5 + 2 * unitUniform(word))
  }
}

@Test func normalElementsAreBoxMullerPairsOfTheirOwnWords() {
  let values = normals(22, step: 5, index: 2, draw: 1)
  for (element, value) in values.enumerated() {
    let words = key.words(step: 5, index: 2, lane: element / 4, draw: 1)
    let pair = element % 4 & 2
    let radius = sqrt(-2 * log(Double(unitUniform(words[pair])) + 0x1p-24))
    let angle = 2 * Double.pi * Double(unitUniform(words[pair + 1]))
    let expected = radius * (element % 2 == 0 ? cos(angle) : sin(angle))
    #expect(abs(Double(value) - expected) < 1e-6)
  }
}

@Test(arguments: [0, 1, 7, 8, 9, 15, 17, 31]) func aShorterFillIsAPrefixOfALongerOne(count: Int) {
  #expect(normals(count) == Array(normals(64)[..<count]))
  #expect(uniforms(count) == Array(uniforms(64)[..<count]))
}

@Test func everyCoordinateOfTheCounterMatters() {
  let base = normals(16)
  #expect(normals(16, step: 1) != base && normals(16, index: 1) != base && normals(16, draw: 1) != base)
}

@Test func normalsHaveTheMomentsOfTheDistribution() {
  let values = normals(200_000).map(Double.init)
  func moment(_ power: Double) -> Double { values.reduce(0) { $0 + pow($1, power) } / Double(values.count) }
  #expect(abs(moment(1)) < 0.007)
  #expect(abs(moment(2) - 1) < 0.01)
  #expect(abs(moment(3)) < 0.02)
  #expect(abs(moment(4) - 3) < 0.06)
  let products = zip(values, values.dropFirst()).reduce(0) { $0 + $1.0 * $1.1 } / Double(values.count)
  #expect(abs(products) < 0.007)
}

/// Kolmogorov's statistic sqrt(n) D is above 1.63 for one sample in a hundred; this one is fixed by its seed.
@Test func normalsFollowTheNormalCumulativeDistribution() {
  let sorted = normals(100_000).map(Double.init).sorted()
  let count = Double(sorted.count)
  var distance = 0.0
  for (rank, value) in sorted.enumerated() {
    let cumulative = 0.5 * erfc(-value / 2.0.squareRoot())
    distance = max(
      distance, abs(cumulative - Double(rank) / count), abs(cumulative - Double(rank + 1) / count))
  }
  #expect(distance * count.squareRoot() < 1.63)
}

@Test func meanAndStandardDeviationScaleTheNormals() {
  let buffer = AlignedBuffer<Float>(count: 20)
  fillNormal(buffer.pointer, count: 20, mean: 1, standardDeviation: 0.5, key: key)
  for (scaled, normal) in zip(buffer.array, normals(20)) { #expect(abs(scaled - (1 + normal / 2)) < 1e-6) }
}

@Test func theFirstNormalsAreThoseOfTheFirstRelease() {
  #expect(
    normals(8)
      == [0.50449497, 0.098369375, -1.9049044, -0.058492925, -0.4067741, -0.26633388, -1.1093605, -0.6342841])
}
