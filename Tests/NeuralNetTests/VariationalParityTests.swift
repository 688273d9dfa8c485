import NeuralNet
import TensorCore
import TestSupport
import Testing

// `vae` and `conv-vae` against PyTorch from the same weights on the same images with the same noise.

private enum Architecture: String, CaseIterable, Sendable {
  case dense = "vae"
  case convolutional = "conv_vae"

  func small(_ likelihood: PixelLikelihood = .bernoulli) throws -> VariationalAutoencoder {
    try build(hidden: [16], channels: [8, 8, 16], latent: 6, likelihood)
  }
  func published() throws -> VariationalAutoencoder {
    try build(hidden: [400], channels: [32, 64, 128], latent: 20)
  }

  private func build(
    hidden: [Int], channels: [Int], latent: Int, _ likelihood: PixelLikelihood = .bernoulli
  ) throws -> VariationalAutoencoder {
    let model: VariationalAutoencoder =
      switch self {
      case .dense: try .dense(hidden: hidden, latent: latent, likelihood: likelihood)
      case .convolutional:
        try .convolutional(
          ConvolutionalSettings(
            channels: channels, latent: latent, latentActivation: .identity, conventions: .torch),
          likelihood: likelihood)
      }
    model.arena.loadFormulaWeights()
    return model
  }

  var fixture: Fixture { get throws { try Fixture("\(rawValue)_torch") } }
}

private let batch = 16
private let offsets = evenOffsets(rows: batch, shards: 4)

private func images(_ count: Int = batch) throws -> [Float] {
  try Fixture("dense_ae_torch").bytes("images").prefix(count * 784).map { Float($0) / 255 }
}

/// Expects those gradients that the fixture has to be PyTorch's, which are of the mean over the batch.
private func expectGradients(_ model: VariationalAutoencoder, _ fixture: Fixture, _ prefix: String) throws {
  let kept = fixture.names(under: prefix)
  for (parameter, gradient) in zip(model.arena.parameters, model.arena.gradientArrays)
  where kept.contains(parameter.name) {
    #expect(try fixture.shape(prefix + parameter.name) == parameter.shape)
    try expectClose(
      prefix + parameter.name, gradient.map { $0 / Float(batch) }, fixture.floats(prefix + parameter.name),
      tolerance: 1e-4)
  }
}

@Test(arguments: Architecture.allCases)
private func lossesAndGradientsArePyTorchs(architecture: Architecture) throws {
  let fixture = try architecture.fixture
  let model = try architecture.small()
  let losses = try fillGradients(
    of: model, images: images(), noise: fixture.floats("noise"), offsets: offsets)
  func expected(_ name: String) throws -> [Double] { try fixture.floats(name).map(Double.init) }
  try expectClose("loss", [losses.mean], expected("loss"), tolerance: 1e-6)
  try expectClose("reconstructions", losses.reconstructions, expected("reconstructions"), tolerance: 1e-6)
  try expectClose("divergences", losses.divergences, expected("divergences"), tolerance: 1e-5)
  expectSameBits("counted", losses.counted, losses.divergences)
  #expect(fixture.names(under: "gradient.") == model.arena.parameters.map(\.name).sorted())
  try expectGradients(model, fixture, "gradient.")
}

/// With a weight of 3/4 and an eighth of a nat free in each dimension.
@Test(arguments: Architecture.allCases)
private func weightedGradientsWithFreeBitsArePyTorchs(architecture: Architecture) throws {
  let fixture = try architecture.fixture
  let model = try architecture.small()
  let losses = try fillGradients(
    of: model, images: images(), noise: fixture.floats("noise"), offsets: offsets,
    divergence: DivergenceTerm(weight: 0.75, freeBits: 0.125))
  try expectClose(
    "counted", losses.counted, fixture.floats("free.counted").map(Double.init), tolerance: 1e-5)
  try expectGradients(model, fixture, "free.gradient.")
}

@Test(arguments: Architecture.allCases)
private func tenStepsOfAdamGoPyTorchsWay(architecture: Architecture) throws {
  let fixture = try architecture.fixture
  let model = try architecture.small()
  let adam = Adam(count: model.arena.count, conventions: .torch)
  let losses = try (0..<10).map { _ in
    let losses = try fillGradients(
      of: model, images: images(), noise: fixture.floats("noise"), offsets: offsets)
    adam.update(model.arena, learningRate: 1e-3, gradientScale: 1 / Float(batch), team: singleThread)
    return losses.mean
  }
  try expectClose("losses", losses, fixture.floats("adam.losses").map(Double.init), tolerance: 1e-4)
}

/// With normal pixels around the output, whose variance is learnt, on dequantised images.
@Test(arguments: Architecture.allCases)
private func gaussianPixelsArePyTorchs(architecture: Architecture) throws {
  let fixture = try architecture.fixture
  let model = try architecture.small(.gaussian)
  let logVariance = model.arena.parameters.last!
  #expect(logVariance.name == "decoder.log_variance")
  logVariance.values[0] = try fixture.floats("gaussian.logVariance")[0]
  let uniform = try fixture.bytes("gaussian.uniform").map { Float($0) / 256 }
  let targets = try zip(images(), uniform).map { (255 * $0 + $1) / 256 }
  func fill() throws -> VariationalLosses {
    try fillGradients(
      of: model, images: images(), noise: fixture.floats("noise"), targets: targets, offsets: offsets)
  }
  let losses = try fill()
  func expected(_ name: String) throws -> [Double] { try fixture.floats("gaussian." + name).map(Double.init) }
  try expectClose("loss", [losses.mean], expected("loss"), tolerance: 1e-6)
  try expectClose("reconstructions", losses.reconstructions, expected("reconstructions"), tolerance: 1e-6)
  #expect(fixture.names(under: "gaussian.gradient.").contains(logVariance.name))
  try expectGradients(model, fixture, "gaussian.gradient.")

  let adam = Adam(count: model.arena.count, conventions: .torch)
  let trajectory = try (0..<10).map { _ in
    let losses = try fill()
    adam.update(model.arena, learningRate: 1e-3, gradientScale: 1 / Float(batch), team: singleThread)
    return losses.mean
  }
  try expectClose("losses", trajectory, expected("adam.losses"), tolerance: 1e-4)
  try expectClose(
    "log variance", [Double(logVariance.values[0])], expected("adam.logVariance"), tolerance: 1e-4)
}

/// The models that users train: as many parameters as PyTorch's, and the same first loss.
@Test(arguments: Architecture.allCases)
private func thePublishedModelIsPyTorchs(architecture: Architecture) throws {
  let fixture = try architecture.fixture
  let model = try architecture.published()
  #expect(try Float(model.arena.parameterCount) == fixture.floats("published.parameters")[0])
  let losses = try fillGradients(of: model, images: images(4), noise: fixture.floats("published.noise"))
  try expectClose(
    "loss", [losses.mean], [Double(fixture.floats("published.loss")[0])], tolerance: 1e-6)
}
