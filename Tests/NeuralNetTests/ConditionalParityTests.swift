import NeuralNet
import TensorCore
import TestSupport
import Testing

// `gan` and `dcgan` with classes against PyTorch from the same weights on the same images, noise and classes.

private let (batch, latent, side, classes, steps) = (8, 6, 8, 10, 10)
private let offsets = [0, 3, 3, 5, 8]

private enum ConditionalGAN: String, CaseIterable, Sendable {
  case dense = "gan"
  case convolutional = "dcgan"

  /// As in the fixtures, with the fixtures' weights.
  func build() throws -> GenerativeAdversarialNetwork {
    let model = try make(
      side: side, latent: latent, hidden: [8, 12], channels: [4, 8])
    let fixture = try fixture
    for arena in model.arenas { try arena.load { try fixture.floats("initial.\($0.name)") } }
    return model
  }

  func published() throws -> GenerativeAdversarialNetwork {
    try make(side: 28, latent: 100, hidden: [256, 512], channels: [64, 128])
  }

  private func make(side: Int, latent: Int, hidden: [Int], channels: [Int]) throws
    -> GenerativeAdversarialNetwork
  {
    switch self {
    case .dense:
      try .dense(
        pixels: side * side, latent: latent, hidden: hidden,
        recipe: AdversarialRecipe(norm: .none, classes: classes), conventions: .torch)
    case .convolutional:
      try .convolutional(
        height: side, width: side, latent: latent, channels: channels, scope: .global,
        recipe: AdversarialRecipe(norm: .batch, classes: classes), conventions: .torch)
    }
  }

  var fixture: Fixture { get throws { try Fixture("conditional_\(rawValue)_torch") } }
}

/// The fixtures' cases.
private let losses: [AdversarialLoss] = [.nonSaturating, .hinge]

/// Ten steps, each with images, noise and classes of its own.
///
/// - Parameter update: as of `adversarialStep`, with the number of the step.
/// - Returns: the mean losses of each step, on real and on generated images and of the generator.
private func train(
  _ model: GenerativeAdversarialNetwork, _ fixture: Fixture, _ loss: AdversarialLoss,
  update: (ParameterArena, Int) -> Void
) throws -> [Double] {
  let images = try fixture.bytes("images").map { Float($0) / 255 }
  let noise = try fixture.floats("noise")
  let (labels, drawn) = (try fixture.bytes("labels"), try fixture.bytes("classes"))
  return (0..<steps).flatMap { step in
    let rows = step * batch..<(step + 1) * batch
    return adversarialStep(
      of: model, images: Array(images[rows.lowerBound * side * side..<rows.upperBound * side * side]),
      noise: Array(noise[rows.lowerBound * latent..<rows.upperBound * latent]), offsets: offsets,
      labels: Array(labels[rows]), classes: Array(drawn[rows]), loss: loss
    ) { update($0, step) }.means
  }
}

@Suite struct ConditionalParityTests {
  @Test(arguments: ConditionalGAN.allCases)
  fileprivate func imagesAndLogitsArePyTorchs(architecture: ConditionalGAN) throws {
    let fixture = try architecture.fixture
    let model = try architecture.build()
    let trainable: any TrainableModel = model
    trainable.allocate(rows: batch)
    let noise = AlignedBuffer(Array(try fixture.floats("noise").prefix(batch * latent)))
    let pass = trainingPass([0, batch]).labelled(Array(try fixture.bytes("classes").prefix(batch)))
    let images = model.generator.forward(
      input: model.generatorInput(noise: noise.pointer, pass: pass), pass: pass)
    expectClose(
      "images", Array(UnsafeBufferPointer(start: images, count: batch * side * side)),
      try fixture.floats("generated"), tolerance: 1e-5)
    let logits = model.discriminator.forward(input: images, pass: pass)
    expectClose(
      "logits", Array(UnsafeBufferPointer(start: logits, count: batch)), try fixture.floats("logits"),
      tolerance: 1e-5)
  }

  @Test(arguments: ConditionalGAN.allCases, losses)
  fileprivate func gradientsAndTenStepsOfSGDArePyTorchs(architecture: ConditionalGAN, loss: AdversarialLoss)
    throws
  {
    let fixture = try architecture.fixture
    let model = try architecture.build()
    let name = loss.rawValue
    let initial = model.arenas.map(\.valueArrays)
    let sgd = model.arenas.map { StochasticGradientDescent(count: $0.count, conventions: .torch) }
    var gradients: [[[Float]]] = []
    let means = try train(model, fixture, loss) { arena, step in
      if step == 0 { gradients.append(arena.gradientArrays.map { $0.map { $0 / Float(batch) } }) }
      sgd[arena === model.generatorArena ? 0 : 1].update(
        arena, learningRate: 0.05, gradientScale: 1 / Float(batch), team: singleThread)
    }
    expectClose("losses", means, try fixture.floats("\(name).sgd.losses").map(Double.init), tolerance: 1e-4)
    #expect(fixture.names(under: "\(name).gradient.") == model.parameters.map(\.name).sorted())
    // The discriminator's come first.
    for (arena, (gradients, before)) in zip(model.arenas, zip(gradients.reversed(), initial)) {
      for (index, parameter) in arena.parameters.enumerated() {
        #expect(try fixture.shape("\(name).gradient.\(parameter.name)") == parameter.shape)
        expectClose(
          parameter.name, gradients[index], try fixture.floats("\(name).gradient.\(parameter.name)"),
          tolerance: 1e-4)
        let final = try fixture.floats("\(name).sgd.final.\(parameter.name)")
        expectCloseInNorm(
          "change of \(parameter.name)", zip(arena.valueArrays[index], before[index]).map { $0 - $1 },
          zip(final, before[index]).map { $0 - $1 }, tolerance: 1e-3)
      }
    }
    for tensor in model.runningTensors where !tensor.shape.isEmpty {
      expectClose(
        tensor.name, tensor.array, try fixture.floats("\(name).sgd.final.\(tensor.name)"), tolerance: 1e-4)
    }
  }

  @Test(arguments: ConditionalGAN.allCases, losses)
  fileprivate func tenStepsOfAdamArePyTorchs(architecture: ConditionalGAN, loss: AdversarialLoss) throws {
    let fixture = try architecture.fixture
    let model = try architecture.build()
    let adam = model.arenas.map { Adam(count: $0.count, conventions: .torch, beta1: 0.5) }
    let means = try train(model, fixture, loss) { arena, _ in
      adam[arena === model.generatorArena ? 0 : 1].update(
        arena, learningRate: 2e-4, gradientScale: 1 / Float(batch), team: singleThread)
    }
    expectClose(
      "losses", means, try fixture.floats("\(loss.rawValue).adam.losses").map(Double.init), tolerance: 1e-4)
  }

  @Test(arguments: ConditionalGAN.allCases)
  fileprivate func thePublishedModelHasPyTorchsParameters(architecture: ConditionalGAN) throws {
    let model = try architecture.published()
    #expect(try Float(model.parameterCount) == architecture.fixture.floats("published.parameters")[0])
    #expect(model.latentDimension == 100 && model.classCount == classes)
    let features = architecture == .dense ? 256 : 6272
    let last = architecture == .dense ? "discriminator.dense3" : "discriminator.dense1"
    #expect(
      model.discriminatorArena.parameters.suffix(3).map { "\($0.name) \($0.shape)" } == [
        "\(last).weight [1, \(features)]", "\(last).bias [1]",
        "discriminator.embedding.weight [10, \(features)]",
      ])
    #expect(model.generatorArena.parameters[0].shape[1] == 110)
    // The embedding starts as small as the weight beside it.
    model.initialize(seed: 1)
    let (weight, embedding) = (model.parameters.suffix(3).first!, model.parameters.last!)
    #expect(embedding.initializer == weight.initializer && embedding.values[0] != weight.values[0])
    #expect(
      weight.initializer
        == (architecture == .dense
          ? .torchUniform(inputs: features) : .normal(mean: 0, deviation: 0.02)))
  }
}
