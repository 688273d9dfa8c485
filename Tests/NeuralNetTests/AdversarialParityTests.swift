import NeuralNet
import TensorCore
import TestSupport
import Testing

// `gan` and `dcgan` against PyTorch from the same weights on the same images with the same noise.

private let (batch, latent, side, steps) = (8, 6, 8, 10)
private let offsets = [0, 3, 3, 5, 8]

private enum SmallGAN: String, CaseIterable, Sendable {
  case dense = "gan"
  case convolutional = "dcgan"

  /// As in the fixtures, with the fixtures' weights.
  func build() throws -> GenerativeAdversarialNetwork {
    let model = try unloaded()
    let fixture = try fixture
    for arena in model.arenas { try arena.load { try fixture.floats("initial.\($0.name)") } }
    return model
  }

  private func unloaded() throws -> GenerativeAdversarialNetwork {
    switch self {
    case .dense: try .dense(pixels: side * side, latent: latent, hidden: [8, 12], conventions: .torch)
    case .convolutional:
      try .convolutional(
        height: side, width: side, latent: latent, channels: [4, 8], scope: .global, conventions: .torch)
    }
  }

  func published() throws -> GenerativeAdversarialNetwork {
    switch self {
    case .dense: try .dense(pixels: 784, latent: 100, hidden: [256, 512], conventions: .torch)
    case .convolutional:
      try .convolutional(
        height: 28, width: 28, latent: 100, channels: [64, 128], scope: .global, conventions: .torch)
    }
  }

  var fixture: Fixture { get throws { try Fixture("\(rawValue)_torch") } }
}

/// A loss and the target of real images, by the fixtures' names.
private enum Case: String, CaseIterable, Sendable {
  case nonSaturating = "non-saturating"
  case smoothed
  case leastSquares = "lsgan"
  case smoothedLeastSquares = "smoothed-lsgan"
  case hinge

  var loss: AdversarialLoss {
    switch self {
    case .nonSaturating, .smoothed: .nonSaturating
    case .leastSquares, .smoothedLeastSquares: .leastSquares
    case .hinge: .hinge
    }
  }

  var target: Float { self == .smoothed || self == .smoothedLeastSquares ? 0.9 : 1 }
}

/// Ten steps, each with images and noise of its own.
///
/// - Parameter update: as of `adversarialStep`, with the number of the step.
/// - Returns: the mean losses of each step, on real and on generated images and of the generator.
private func train(
  _ model: GenerativeAdversarialNetwork, _ fixture: Fixture, _ settings: Case,
  update: (ParameterArena, Int) -> Void
) throws -> [Double] {
  let images = try fixture.bytes("images").map { Float($0) / 255 }
  let noise = try fixture.floats("noise")
  return (0..<steps).flatMap { step in
    adversarialStep(
      of: model, images: Array(images[step * batch * side * side..<(step + 1) * batch * side * side]),
      noise: Array(noise[step * batch * latent..<(step + 1) * batch * latent]), offsets: offsets,
      loss: settings.loss, target: settings.target
    ) { update($0, step) }.means
  }
}

/// Running means and variances by their names.
private func runningStatistics(_ model: GenerativeAdversarialNetwork) -> [(name: String, values: [Float])] {
  model.runningTensors.filter { !$0.shape.isEmpty }.map { ($0.name, $0.array) }
}

@Test(arguments: SmallGAN.allCases, Case.allCases)
private func gradientsAndTenStepsOfSGDArePyTorchs(architecture: SmallGAN, settings: Case) throws {
  let fixture = try architecture.fixture
  let model = try architecture.build()
  let initial = Dictionary(
    uniqueKeysWithValues: model.arenas.flatMap { arena in
      zip(arena.parameters.map(\.name), arena.valueArrays)
    })
  let sgd = model.arenas.map { StochasticGradientDescent(count: $0.count, conventions: .torch) }
  var gradients: [String: [Float]] = [:]
  let losses = try train(model, fixture, settings) { arena, step in
    if step == 0 {
      for (parameter, gradient) in zip(arena.parameters, arena.gradientArrays) {
        gradients[parameter.name] = gradient.map { $0 / Float(batch) }
      }
    }
    sgd[arena === model.generatorArena ? 0 : 1].update(
      arena, learningRate: 0.05, gradientScale: 1 / Float(batch), team: singleThread)
  }
  let (name, parameters) = (settings.rawValue, model.parameters)
  try expectClose(
    "losses", losses, fixture.floats("\(name).sgd.losses").map(Double.init), tolerance: 1e-4)
  #expect(fixture.names(under: "\(name).gradient.") == parameters.map(\.name).sorted())
  for parameter in parameters {
    #expect(try fixture.shape("\(name).gradient.\(parameter.name)") == parameter.shape)
    try expectClose(
      parameter.name, gradients[parameter.name]!, fixture.floats("\(name).gradient.\(parameter.name)"),
      tolerance: 1e-4)
    let before = initial[parameter.name]!
    let after = Array(UnsafeBufferPointer(start: parameter.values, count: parameter.count))
    try expectCloseInNorm(
      "change of \(parameter.name)", zip(after, before).map { $0 - $1 },
      zip(fixture.floats("\(name).sgd.final.\(parameter.name)"), before).map { $0 - $1 }, tolerance: 1e-3)
  }
  let running = runningStatistics(model)
  #expect(fixture.names(under: "\(name).sgd.final.").count == parameters.count + running.count)
  for (tensor, values) in running {
    try expectClose(tensor, values, fixture.floats("\(name).sgd.final.\(tensor)"), tolerance: 1e-4)
  }
  for counter in model.runningTensors where counter.shape.isEmpty {
    #expect(counter.array == [counter.name.hasPrefix("generator") ? 10 : 30], "\(counter.name)")
  }
}

@Test(arguments: SmallGAN.allCases, Case.allCases)
private func tenStepsOfAdamArePyTorchs(architecture: SmallGAN, settings: Case) throws {
  let fixture = try architecture.fixture
  let model = try architecture.build()
  let adam = model.arenas.map { Adam(count: $0.count, conventions: .torch, beta1: 0.5) }
  let losses = try train(model, fixture, settings) { arena, _ in
    adam[arena === model.generatorArena ? 0 : 1].update(
      arena, learningRate: 2e-4, gradientScale: 1 / Float(batch), team: singleThread)
  }
  try expectClose(
    "losses", losses, fixture.floats("\(settings.rawValue).adam.losses").map(Double.init), tolerance: 1e-4)
  guard settings == .nonSaturating else { return }
  for (tensor, values) in runningStatistics(model) {
    try expectClose(tensor, values, fixture.floats("non-saturating.adam.final.\(tensor)"), tolerance: 1e-4)
  }
}

@Test(arguments: SmallGAN.allCases)
private func thePublishedModelHasPyTorchsParameters(architecture: SmallGAN) throws {
  let model = try architecture.published()
  #expect(try Float(model.parameterCount) == architecture.fixture.floats("published.parameters")[0])
  #expect(model.pixelCount == 784 && model.latentDimension == 100)
}
