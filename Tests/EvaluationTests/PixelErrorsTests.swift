import Evaluation
import Testing

@Test func meanSquaredErrorIsTheMeanOfSquaredDifferences() {
  #expect(meanSquaredError([0, 0.5, 1], [0, 1, 0.5], count: 3) == 0.5 / 3)
}

@Test func peakSignalToNoiseIsTenDecibelsPerTenfoldError() {
  #expect(peakSignalToNoise(meanSquaredError: 0.01) == 20)
  #expect(peakSignalToNoise(meanSquaredError: 1) == 0)
  #expect(peakSignalToNoise(meanSquaredError: 0) == .infinity)
}
