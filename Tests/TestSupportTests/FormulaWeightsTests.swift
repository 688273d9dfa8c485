import TestSupport
import Testing

@Test func formulaWeightsAreThoseOfTheFixtureScript() {
  let weights = formulaWeights(tensor: 3, rows: 64, columns: 32)
  #expect(weights.count == 64 * 32)
  #expect(
    [weights[0], weights[1], weights[2], weights[2047]] == [
      0.02062055468559265, 0.09156176447868347, 0.11280772089958191, 0.1251378357410431,
    ])
}
