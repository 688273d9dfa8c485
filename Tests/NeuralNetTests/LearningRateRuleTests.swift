import NeuralNet
import Testing

@Test(arguments: [
  (LearningRateRule.none, 2048, 1.0), (.linear, 128, 1), (.linear, 512, 4), (.linear, 64, 0.5),
  (.squareRoot, 512, 2), (.squareRoot, 2048, 4), (.squareRoot, 32, 0.5),
])
func ratesFollowTheBatch(rule: LearningRateRule, batch: Int, factor: Double) {
  #expect(rule.factor(batch: batch) == factor)
}
