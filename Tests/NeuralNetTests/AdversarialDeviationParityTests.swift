import NeuralNet
import TensorCore
import TestSupport
import Testing

// `gan` and `dcgan` with minibatch standard deviation against PyTorch from the same weights on the same images with the same
// noise.

private let (batch, latent, side, steps) = (8, 6, 8, 10)

private enum SmallGAN: String, CaseIterable, Sendable {
  case dense = "gan"
  case convolutional = "dcgan"

  /// As in the fixture, with the fixture's weights.
  func build(_ fixture: Fixture) throws -> GenerativeAdversarialNetwork {
    let model: GenerativeAdversarialNetwork =
      switch self {
      case .dense:
        try .dense(
          pixels: side * side, latent: latent, hidden: [8, 12],
          recipe: AdversarialRecipe(norm: .none, hasMinibatchStandardDeviation: true), conventions: .torch)
      case .convolutional:
        try .convolutional(
          height: side, width: side, latent: latent, channels: [4, 8], scope: .global,
          recipe: AdversarialRecipe(norm: .batch, hasMinibatchStandardDeviation: true), conventions: .torch)
      }
    for arena in model.arenas {
      try arena.load { try fixture.floats("\(rawValue).initial.\($0.name)") }
    }
    return model
  }
}

/// Ten steps, each with images and noise of its own; the mean losses of each.
private func train(
  _ model: GenerativeAdversarialNetwork, _ fixture: Fixture, update: (ParameterArena, Int) -> Void
) throws -> [Double] {
  let images = try fixture.bytes("images").map { Float($0) / 255 }
  let noise = try fixture.floats("noise")
  return (0..<steps).flatMap { step in
    adversarialStep(
      of: model, images: Array(images[step * batch * side * side..<(step + 1) * batch * side * side]),
      noise: Array(noise[step * batch * latent..<(step + 1) * batch * latent]), offsets: [0, 3, 3, 5, 8],
      loss: .nonSaturating
    ) { update($0, step) }.means
  }
}

@Test(arguments: SmallGAN.allCases)
private func tenStepsWithMinibatchStandardDeviationArePyTorchs(architecture: SmallGAN) throws {
  let fixture = try Fixture("deviation")
  let name = architecture.rawValue
  let model = try architecture.build(fixture)
  let initial = Dictionary(
    uniqueKeysWithValues: model.arenas.flatMap { zip($0.parameters.map(\.name), $0.valueArrays) })
  var gradients: [String: [Float]] = [:]
  let sgd = model.arenas.map { StochasticGradientDescent(count: $0.count, conventions: .torch) }
  let losses = try train(model, fixture) { arena, step in
    if step == 0 {
      for (parameter, gradient) in zip(arena.parameters, arena.gradientArrays) {
        gradients[parameter.name] = gradient.map { $0 / Float(batch) }
      }
    }
    sgd[arena === model.generatorArena ? 0 : 1].update(
      arena, learningRate: 0.05, gradientScale: 1 / Float(batch), team: singleThread)
  }
  try expectClose(
    "losses", losses, fixture.floats("\(name).sgd.losses").map(Double.init), tolerance: 1e-4)
  #expect(fixture.names(under: "\(name).gradient.") == model.parameters.map(\.name).sorted())
  for parameter in model.parameters {
    let tensor = parameter.name
    #expect(try fixture.shape("\(name).gradient.\(tensor)") == parameter.shape)
    try expectClose(
      tensor, gradients[tensor]!, fixture.floats("\(name).gradient.\(tensor)"), tolerance: 1e-4)
    let before = initial[tensor]!
    let after = UnsafeBufferPointer(start: parameter.values, count: parameter.count)
    try expectCloseInNorm(
      "change of \(tensor)", zip(after, before).map { $0 - $1 },
      zip(fixture.floats("\(name).sgd.final.\(tensor)"), before).map { $0 - $1 }, tolerance: 1e-3)
  }
}

@Test(arguments: SmallGAN.allCases)
private func tenStepsOfAdamWithMinibatchStandardDeviationArePyTorchs(architecture: SmallGAN) throws {
  let fixture = try Fixture("deviation")
  let model = try architecture.build(fixture)
  let adam = model.arenas.map { Adam(count: $0.count, conventions: .torch, beta1: 0.5) }
  let losses = try train(model, fixture) { arena, _ in
    adam[arena === model.generatorArena ? 0 : 1].update(
      arena, learningRate: 2e-4, gradientScale: 1 / Float(batch), team: singleThread)
  }
  try expectClose(
    "losses", losses, fixture.floats("\(architecture.rawValue).adam.losses").map(Double.init), tolerance: 1e-4
  )
}

/// The discriminator's last layer has one channel more to look at.
@Test func theDeviationStandsBeforeTheLastLayer() throws {
  func shape(_ model: GenerativeAdversarialNetwork) -> [Int] {
    model.discriminatorArena.parameters.last { $0.name.hasSuffix("weight") }!.shape
  }
  for hasDeviation in [false, true] {
    let more = hasDeviation ? 1 : 0
    let dense = AdversarialRecipe(norm: .none, hasMinibatchStandardDeviation: hasDeviation)
    #expect(
      try shape(.dense(pixels: 784, latent: 100, hidden: [256, 512], recipe: dense, conventions: .torch))
        == [1, 256 + more])
    #expect(
      try shape(.dense(pixels: 784, latent: 100, hidden: [], recipe: dense, conventions: .torch))
        == [1, 784 + more])
    #expect(
      try shape(
        .convolutional(
          height: 28, width: 28, latent: 100, channels: [64, 128], scope: .global,
          recipe: AdversarialRecipe(norm: .batch, hasMinibatchStandardDeviation: hasDeviation),
          conventions: .torch))
        == [1, (128 + more) * 49])
  }
}
