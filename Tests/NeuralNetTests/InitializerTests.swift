import NeuralNet
import TestSupport
import Testing

/// The values that an initialiser draws for a parameter of that size.
private func draw(_ initializer: Initializer, count: Int, seed: UInt32 = 1) -> [Float] {
  let arena = ParameterArena([Parameter("weight", shape: [count], initializer: initializer)])
  arena.initialize(seed: seed)
  return arena.valueArrays[0]
}

private func moments(_ values: [Float]) -> (mean: Double, deviation: Double) {
  let mean = values.reduce(0) { $0 + Double($1) } / Double(values.count)
  let variance = values.reduce(0) { $0 + (Double($1) - mean) * (Double($1) - mean) } / Double(values.count)
  return (mean, variance.squareRoot())
}

@Test func boundsAndDeviationsAreThePublishedOnes() {
  #expect(Initializer.glorotUniform(inputs: 100, outputs: 50) == .uniform(bound: 0.2))
  #expect(Initializer.torchUniform(inputs: 64) == .uniform(bound: 0.125))
  #expect(Initializer.heNormal(inputs: 50) == .normal(mean: 0, deviation: 0.2))
}

@Test func uniformValuesFillTheirInterval() {
  let values = draw(.uniform(bound: 0.25), count: 100_000)
  #expect(values.allSatisfy { $0 >= -0.25 && $0 < 0.25 })
  #expect(values.min()! < -0.2499 && values.max()! > 0.2499)
  let (mean, deviation) = moments(values)
  // Five standard errors.
  #expect(abs(mean) < 5 * 0.25 / (3 * 100_000.0).squareRoot())
  #expect(abs(deviation - 0.25 / 3.0.squareRoot()) < 0.001)
}

@Test func normalValuesHaveTheirMoments() {
  let values = draw(.normal(mean: 1, deviation: 0.02), count: 100_000)
  let (mean, deviation) = moments(values)
  #expect(abs(mean - 1) < 5 * 0.02 / 100_000.0.squareRoot())
  #expect(abs(deviation - 0.02) < 0.0003)
  let beyondTwo = values.count { abs($0 - 1) > 0.04 }
  #expect((4_200...4_900).contains(beyondTwo), "4.55 % of a normal distribution")
}

@Test func zerosAreZeros() {
  #expect(draw(.zeros, count: 100).allSatisfy { $0 == 0 })
}

@Test func aSeedDecidesEveryValue() {
  #expect(draw(.uniform(bound: 1), count: 1000) == draw(.uniform(bound: 1), count: 1000))
  let (one, two) = (draw(.uniform(bound: 1), count: 1000), draw(.uniform(bound: 1), count: 1000, seed: 2))
  #expect(zip(one, two).allSatisfy { $0 != $1 })
}

@Test func parametersOfOneShapeGetDifferentValues() {
  let parameters = (0..<3).map { Parameter("\($0)", shape: [500], initializer: .uniform(bound: 1)) }
  let arena = ParameterArena(parameters)
  arena.initialize(seed: 1)
  let values = arena.valueArrays
  for (first, second) in [(0, 1), (1, 2), (0, 2)] {
    #expect(zip(values[first], values[second]).count { $0 == $1 } == 0)
    // Nor is one stream another one shifted.
    #expect(Set(values[first]).intersection(values[second]).count < 5)
  }
}

/// A change of these numbers changes every seeded run.
@Test func initialWeightsStayAsTheyAre() {
  let golden: [Float] = [0.24449363, 0.0028035939, 0.11242935, -0.16632912, 0.2137292, -0.18292138]
  #expect(Array(draw(.uniform(bound: 0.25), count: 6, seed: 42)) == golden)
}

@Test(arguments: Conventions.allCases) func layersFollowTheirConventions(conventions: Conventions) {
  let layer = Dense("layer", inputs: 100, outputs: 50, activation: .relu, conventions: conventions)
  let initializers = layer.parameters.map(\.initializer)
  switch conventions {
  case .keras: #expect(initializers == [.uniform(bound: 0.2), .zeros])
  case .torch: #expect(initializers == [.uniform(bound: 0.1), .uniform(bound: 0.1)])
  }
}
