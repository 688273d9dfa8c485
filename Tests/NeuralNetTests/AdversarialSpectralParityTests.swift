import NeuralNet
import TensorCore
import TestSupport
import Testing

// `gan` and `dcgan` with spectral normalization against PyTorch's from the same weights, u and v.

private let (batch, latent, side, steps) = (8, 6, 8, 10)
private let offsets = [0, 3, 3, 5, 8]
private let recipe = AdversarialRecipe(norm: .spectral)

private enum SpectralGAN: String, CaseIterable, Sendable {
  case dense = "gan"
  case convolutional = "dcgan"

  /// As in the fixtures, with the fixtures' weights, u and v.
  func build() throws -> GenerativeAdversarialNetwork {
    let model = try unloaded()
    let fixture = try fixture
    for arena in model.arenas { try arena.load { try fixture.floats("initial.\($0.name)") } }
    for tensor in model.spectralTensors { tensor.load(try fixture.floats("initial.\(tensor.name)")) }
    return model
  }

  private func unloaded() throws -> GenerativeAdversarialNetwork {
    switch self {
    case .dense:
      try .dense(pixels: side * side, latent: latent, hidden: [8, 12], recipe: recipe, conventions: .torch)
    case .convolutional:
      try .convolutional(
        height: side, width: side, latent: latent, channels: [4, 8], scope: .global, recipe: recipe,
        conventions: .torch)
    }
  }

  func published() throws -> GenerativeAdversarialNetwork {
    switch self {
    case .dense:
      try .dense(pixels: 784, latent: 100, hidden: [256, 512], recipe: recipe, conventions: .torch)
    case .convolutional:
      try .convolutional(
        height: 28, width: 28, latent: 100, channels: [64, 128], scope: .global, recipe: recipe,
        conventions: .torch)
    }
  }

  var fixture: Fixture { get throws { try Fixture("\(rawValue)_spectral_torch") } }
}

extension GenerativeAdversarialNetwork {
  /// All u and v.
  fileprivate var spectralTensors: [RunningTensor] { discriminator.runningTensors }
}

/// Ten steps, each with images and noise of its own.
///
/// - Parameter update: as of `adversarialStep`, with the number of the step.
/// - Returns: the mean losses of each step, on real and on generated images and of the generator.
private func train(
  _ model: GenerativeAdversarialNetwork, _ fixture: Fixture, _ loss: AdversarialLoss,
  update: (ParameterArena, Int) -> Void
) throws -> [Double] {
  let images = try fixture.bytes("images").map { Float($0) / 255 }
  let noise = try fixture.floats("noise")
  return (0..<steps).flatMap { step in
    adversarialStep(
      of: model, images: Array(images[step * batch * side * side..<(step + 1) * batch * side * side]),
      noise: Array(noise[step * batch * latent..<(step + 1) * batch * latent]), offsets: offsets, loss: loss
    ) { update($0, step) }.means
  }
}

@Test(arguments: SpectralGAN.allCases, [AdversarialLoss.nonSaturating, .hinge])
private func gradientsAndTenStepsOfSGDArePyTorchs(architecture: SpectralGAN, loss: AdversarialLoss) throws {
  let fixture = try architecture.fixture
  let model = try architecture.build()
  let initial = model.arenas.map(\.valueArrays)
  let sgd = model.arenas.map { StochasticGradientDescent(count: $0.count, conventions: .torch) }
  var gradients: [String: [Float]] = [:]
  let losses = try train(model, fixture, loss) { arena, step in
    if step == 0 {
      for (parameter, gradient) in zip(arena.parameters, arena.gradientArrays) {
        gradients[parameter.name] = gradient.map { $0 / Float(batch) }
      }
    }
    sgd[arena === model.generatorArena ? 0 : 1].update(
      arena, learningRate: 0.05, gradientScale: 1 / Float(batch), team: singleThread)
  }
  let name = loss.rawValue
  try expectClose(
    "losses", losses, fixture.floats("\(name).sgd.losses").map(Double.init), tolerance: 1e-4)
  #expect(fixture.names(under: "\(name).gradient.") == model.parameters.map(\.name).sorted())
  for (parameter, before) in zip(model.parameters, initial.joined()) {
    try expectClose(
      parameter.name, gradients[parameter.name]!, fixture.floats("\(name).gradient.\(parameter.name)"),
      tolerance: 1e-4)
    let after = Array(UnsafeBufferPointer(start: parameter.values, count: parameter.count))
    try expectCloseInNorm(
      "change of \(parameter.name)", zip(after, before).map { $0 - $1 },
      zip(fixture.floats("\(name).sgd.final.\(parameter.name)"), before).map { $0 - $1 }, tolerance: 1e-3)
  }
  for tensor in model.spectralTensors {
    try expectClose(
      tensor.name, tensor.array, fixture.floats("\(name).sgd.final.\(tensor.name)"), tolerance: 1e-4)
  }
}

@Test(arguments: SpectralGAN.allCases, [AdversarialLoss.nonSaturating, .hinge])
private func tenStepsOfAdamArePyTorchs(architecture: SpectralGAN, loss: AdversarialLoss) throws {
  let fixture = try architecture.fixture
  let model = try architecture.build()
  let adam = model.arenas.map { Adam(count: $0.count, conventions: .torch, beta1: 0.5) }
  let losses = try train(model, fixture, loss) { arena, _ in
    adam[arena === model.generatorArena ? 0 : 1].update(
      arena, learningRate: 2e-4, gradientScale: 1 / Float(batch), team: singleThread)
  }
  try expectClose(
    "losses", losses, fixture.floats("\(loss.rawValue).adam.losses").map(Double.init), tolerance: 1e-4)
}

/// What `load_state_dict(strict=True)` asks for, of the models that users train: in the discriminator all weights are
/// normalised, and all layers have biases.
@Test(arguments: SpectralGAN.allCases)
private func namesAndShapesArePyTorchs(architecture: SpectralGAN) throws {
  let fixture = try architecture.fixture
  let model = try architecture.published()
  let tensors =
    model.parameters.map { ($0.name, $0.shape) } + model.runningTensors.map { ($0.name, $0.shape) }
  #expect(tensors.map(\.0).sorted() == fixture.names(under: "published."))
  for (name, shape) in tensors { #expect(try fixture.integers("published.\(name)") == shape, "\(name)") }
}
