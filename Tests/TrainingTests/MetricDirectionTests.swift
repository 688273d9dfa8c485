import Testing
import Training

@Test(arguments: [
  ("loss", MetricDirection.lower), ("validation/loss", .lower), ("test/fid[fashion-cnn-v1]", .lower),
  ("fid_trace[inception-v3]", .lower), ("kid[fashion-cnn-v1]", .lower), ("test/bits_per_dimension", .lower),
  ("test/ssim-gaussian", .higher), ("elbo", .higher), ("validation/accuracy", .higher),
  ("recall[fashion-cnn-v1]", .higher),
])
func metricsHaveADirection(_ metric: String, _ direction: MetricDirection) {
  #expect(MetricDirection(metric: metric) == direction)
}

@Test(arguments: [
  "", "/", "step", "test/entropy", "fid_floor[fashion-cnn-v1]", "kid_std[x]", "losses", "train/grad_norm",
])
func otherFiguresAreNeitherGoodNorBad(_ metric: String) {
  #expect(MetricDirection(metric: metric) == nil)
}

@Test func theBetterValueIsPreferred() {
  #expect(MetricDirection.lower.prefers(1, to: 2) && !MetricDirection.lower.prefers(2, to: 1))
  #expect(MetricDirection.higher.prefers(2, to: 1) && !MetricDirection.higher.prefers(2, to: 2))
  #expect(MetricDirection.lower.prefers(5, to: .nan) && !MetricDirection.lower.prefers(.nan, to: 5))
}
