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
  "", "/", "step", "validation/kl", "test/reconstruction", "test/entropy", "fid_floor[fashion-cnn-v1]",
  "kid_std[x]", "losses", "train/grad_norm",
])
func otherFiguresAreNeitherGoodNorBad(_ metric: String) {
  #expect(MetricDirection(metric: metric) == nil)
}

@Test func theBetterValueIsPreferred() {
  #expect(MetricDirection.lower.prefers(1, to: 2) && !MetricDirection.lower.prefers(2, to: 1))
  #expect(MetricDirection.higher.prefers(2, to: 1) && !MetricDirection.higher.prefers(2, to: 2))
  #expect(MetricDirection.lower.prefers(5, to: .nan) && !MetricDirection.lower.prefers(.nan, to: 5))
}

private func barrier(
  _ metric: String, _ model: ModelName = .variationalAutoencoder, _ change: (inout RunConfiguration) -> Void
) -> String? {
  let first = RunConfiguration.defaults(for: model)
  var second = first
  change(&second)
  return settingThatBarsComparison(of: "validation/\(metric)", between: [first, second])
}

@Test func figuresAreComparedWhereTheyMeanTheSameAlone() {
  #expect(barrier("loss") { $0.beta = 2 } == "beta")
  #expect(barrier("loss") { $0.likelihood = .gaussian } == "likelihood")
  #expect(barrier("loss", .denseAutoencoder) { $0.loss = .mse } == "loss")
  #expect(barrier("loss", .denseAutoencoder) { $0.mixAlpha = 0.5 } == "mix-alpha")
  #expect(barrier("loss") { $0.latent = 3 } == nil)
  #expect(barrier("elbo") { $0.likelihood = .gaussian } == "likelihood")
  #expect(barrier("iwae") { $0.likelihood = .gaussian } == "likelihood")
  #expect(barrier("elbo") { $0.beta = 2 } == nil)
  #expect(barrier("ssim") { ($0.beta, $0.likelihood) = (2, .gaussian) } == nil)
  #expect(barrier("fid[fashion-cnn-v1]") { $0.fidSamples = 10 } == "fid-samples")
  #expect(barrier("kid[inception]") { $0.features = .inception } == "features")
  #expect(barrier("kid[inception]") { $0.featureWeights = "other" } == "weights")
  // What nobody gives is what some give.
  #expect(barrier("fid[fashion-cnn-v1]") { $0.features = .fashionCNN } == nil)
  #expect(barrier("fid[fashion-cnn-v1]") { $0.beta = 2 } == nil)
}
