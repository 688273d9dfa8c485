import NeuralNet
import TensorCore
import TestSupport
import Testing

// Gradient penalties against PyTorch's double backward: of small discriminators as `gan` and `dcgan` have them, and ten
// steps of training with them.

private let (batch, latent, side, steps) = (8, 6, 8, 10)
private let offsets = [0, 3, 3, 5, 8]

private enum SmallGAN: String, CaseIterable, Sendable {
  case dense = "gan"
  case convolutional = "dcgan"

  /// Without normalization in the discriminator, with the fixture's weights.
  func build(_ fixture: Fixture) throws -> GenerativeAdversarialNetwork {
    let recipe = AdversarialRecipe(norm: .none)
    let model: GenerativeAdversarialNetwork =
      switch self {
      case .dense:
        try .dense(
          pixels: side * side, latent: latent, hidden: [8, 12], recipe: recipe, conventions: .torch)
      case .convolutional:
        try .convolutional(
          height: side, width: side, latent: latent, channels: [4, 8], scope: .global, recipe: recipe,
          conventions: .torch)
      }
    for arena in model.arenas { try arena.load { try fixture.floats("\(rawValue).initial.\($0.name)") } }
    return model
  }
}

/// A loss with a penalty, by the fixture's names.
private enum Case: String, CaseIterable, Sendable {
  case r1
  case gradientPenalty = "gradient-penalty"

  var loss: AdversarialLoss { self == .r1 ? .nonSaturating : .wasserstein }
  var penalty: GradientNormPenalty { self == .r1 ? .zeroCentered(3) : .oneCentered(10) }
}

/// What training left to compare.
private struct Trajectory {
  /// Of each step the means on real and on generated images, of the penalty and of the generator.
  var losses: [Double] = []
  /// Of the first step, row by row.
  var penalties: [Double] = []
  /// Of the first step's penalty, and of everything, for the mean over the batch.
  var penaltyGradients: [String: [Float]] = [:]
  var gradients: [String: [Float]] = [:]
}

private func meanGradients(_ arena: ParameterArena) -> [String: [Float]] {
  Dictionary(
    uniqueKeysWithValues: zip(arena.parameters, arena.gradientArrays).map {
      ($0.name, $1.map { $0 / Float(batch) })
    })
}

/// Ten steps, each with images, noise and mixtures of its own.
private func train(
  _ model: GenerativeAdversarialNetwork, _ fixture: Fixture, _ settings: Case,
  update: (ParameterArena) -> Void
) throws -> Trajectory {
  let images = try fixture.bytes("images").map { Float($0) / 255 }
  let (noise, mix) = try (fixture.floats("noise"), fixture.floats("mix"))
  let pixels = side * side
  let penalty = GradientPenalty(settings.penalty, network: model.discriminator)!
  var result = Trajectory()
  for step in 0..<steps {
    var penalties = [Double](repeating: .nan, count: batch)
    let losses = adversarialStep(
      of: model, images: Array(images[step * batch * pixels..<(step + 1) * batch * pixels]),
      noise: Array(noise[step * batch * latent..<(step + 1) * batch * latent]), offsets: offsets,
      loss: settings.loss,
      penalize: { real, fake, pass in
        let mixed = AlignedBuffer<Float>(count: batch * pixels)
        let parts = AlignedBuffer(Array(mix[step * batch..<(step + 1) * batch]))
        mixRows(
          real, fake, parts: parts.pointer, into: mixed.pointer, rows: batch, columns: pixels,
          team: singleThread)
        penalty.evaluate(
          input: settings == .r1 ? real : UnsafePointer(mixed.pointer), penalties: &penalties, pass: pass)
        if step == 0 { result.penaltyGradients = meanGradients(model.discriminatorArena) }
      },
      update: { arena in
        if step == 0 { result.gradients.merge(meanGradients(arena)) { first, _ in first } }
        update(arena)
      })
    if step == 0 { result.penalties = penalties }
    let means = losses.means
    result.losses += [means[0], means[1], penalties.reduce(0, +) / Double(batch), means[2]]
  }
  return result
}

@Test(arguments: SmallGAN.allCases, Case.allCases)
private func penaltiesAndTenStepsOfSGDArePyTorchs(architecture: SmallGAN, settings: Case) throws {
  let fixture = try Fixture("gan_penalty_torch")
  let prefix = "\(architecture.rawValue).\(settings.rawValue)"
  let model = try architecture.build(fixture)
  let sgd = model.arenas.map { StochasticGradientDescent(count: $0.count, conventions: .torch) }
  let result = try train(model, fixture, settings) { arena in
    sgd[arena === model.generatorArena ? 0 : 1].update(
      arena, learningRate: 0.05, gradientScale: 1 / Float(batch), team: singleThread)
  }
  try expectClose(
    "penalties", result.penalties, fixture.floats("\(prefix).penalties").map(Double.init), tolerance: 1e-5)
  for parameter in model.discriminatorArena.parameters {
    try expectClose(
      "penalty by \(parameter.name)", result.penaltyGradients[parameter.name]!,
      fixture.floats("\(prefix).penaltyGradient.\(parameter.name)"), tolerance: 1e-4)
  }
  #expect(fixture.names(under: "\(prefix).gradient.") == model.parameters.map(\.name).sorted())
  try expectClose(
    "losses", result.losses, fixture.floats("\(prefix).sgd.losses").map(Double.init), tolerance: 1e-4)
  for parameter in model.parameters {
    #expect(try fixture.shape("\(prefix).gradient.\(parameter.name)") == parameter.shape)
    try expectClose(
      parameter.name, result.gradients[parameter.name]!,
      fixture.floats("\(prefix).gradient.\(parameter.name)"), tolerance: 1e-4)
    let before = try fixture.floats("\(architecture.rawValue).initial.\(parameter.name)")
    let after = Array(UnsafeBufferPointer(start: parameter.values, count: parameter.count))
    try expectCloseInNorm(
      "change of \(parameter.name)", zip(after, before).map { $0 - $1 },
      zip(fixture.floats("\(prefix).sgd.final.\(parameter.name)"), before).map { $0 - $1 }, tolerance: 1e-3)
  }
}

@Test(arguments: SmallGAN.allCases, Case.allCases)
private func tenStepsOfAdamWithPenaltiesArePyTorchs(architecture: SmallGAN, settings: Case) throws {
  let fixture = try Fixture("gan_penalty_torch")
  let model = try architecture.build(fixture)
  let adam = model.arenas.map { Adam(count: $0.count, conventions: .torch, beta1: 0.5) }
  let result = try train(model, fixture, settings) { arena in
    adam[arena === model.generatorArena ? 0 : 1].update(
      arena, learningRate: 2e-4, gradientScale: 1 / Float(batch), team: singleThread)
  }
  try expectClose(
    "losses", result.losses,
    fixture.floats("\(architecture.rawValue).\(settings.rawValue).adam.losses").map(Double.init),
    tolerance: 1e-4)
}
