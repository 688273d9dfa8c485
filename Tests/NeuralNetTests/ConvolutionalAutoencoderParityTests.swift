import NeuralNet
import TensorCore
import TestSupport
import Testing

// The convolutional autoencoders against Keras and PyTorch from the same weights on the same images, each with its own
// conventions.

private enum Architecture: String, CaseIterable, Sendable {
  case convolutional = "conv_ae"
  case baseline = "baseline_ae"
  case modified = "modified_ae"

  var loss: ReconstructionLoss { self == .convolutional ? .bce : .mse }

  private func model(channels: [Int], latent: Int, _ conventions: Conventions) throws -> Autoencoder {
    let settings = ConvolutionalSettings(
      channels: channels, latent: latent, latentActivation: self == .convolutional ? .identity : .relu,
      conventions: conventions)
    let model: Autoencoder =
      switch self {
      case .convolutional: try .convolutional(settings)
      case .baseline: try .baseline(settings)
      case .modified: try .modified(settings)
      }
    model.arena.loadFormulaWeights()
    return model
  }

  func small(_ conventions: Conventions) throws -> Autoencoder {
    try model(channels: self == .baseline ? [6, 8] : [8, 8, 16], latent: 8, conventions)
  }

  func published() throws -> Autoencoder {
    try model(
      channels: self == .baseline ? [32, 32] : [32, 64, 128], latent: self == .convolutional ? 64 : 128,
      .keras)
  }
}

extension ParameterArena {
  /// As `formula_weights` in Tests/Fixtures/convolutional_models.py.
  func loadFormulaWeights() {
    var tensor = 0
    load { parameter in
      defer { tensor += 1 }
      return formulaParameter(tensor: tensor, shape: parameter.shape)
    }
  }
}

private let libraries = ["keras", "torch"]
private let (steps, batch) = (10, 16)
private let offsets = evenOffsets(rows: batch, shards: 4)

private func images(_ count: Int = batch) throws -> [Float] {
  try Fixture("dense_ae_torch").bytes("images").prefix(count * 784).map { Float($0) / 255 }
}

private func fixture(_ architecture: Architecture, _ library: String) throws -> Fixture {
  try Fixture("\(architecture.rawValue)_\(library)")
}

@Test(arguments: Architecture.allCases)
private func theFirstOutputIsKerass(architecture: Architecture) throws {
  let model = try architecture.small(.keras)
  model.allocate(rows: batch)
  let logits = model.forward(images: try images(), pass: Pass(rowCount: batch, team: singleThread))
  Activation.sigmoid.apply(logits, to: logits, count: batch * 784)
  let output = Array(UnsafeBufferPointer(start: logits, count: batch * 784))
  try expectClose("output", output, fixture(architecture, "keras").floats("output"), tolerance: 1e-5)
}

@Test(arguments: Architecture.allCases, libraries)
private func theFirstLossAndGradientsArePeers(architecture: Architecture, library: String) throws {
  let fixture = try fixture(architecture, library)
  let model = try architecture.small(.keras)
  let losses = fillGradients(of: model, images: try images(), offsets: offsets, loss: architecture.loss)
  try expectClose(
    "loss", [losses.reduce(0, +) / Double(batch)], [Double(fixture.floats("loss")[0])], tolerance: 1e-6)
  #expect(fixture.names(under: "gradient.") == model.arena.parameters.map(\.name).sorted())
  for (parameter, gradient) in zip(model.arena.parameters, model.arena.gradientArrays) {
    #expect(try fixture.shape("gradient.\(parameter.name)") == parameter.shape)
    try expectClose(
      parameter.name, gradient.map { $0 / Float(batch) }, fixture.floats("gradient.\(parameter.name)"),
      tolerance: 1e-4)
  }
}

@Test(arguments: Architecture.allCases, libraries)
private func tenStepsGoThePeersWay(architecture: Architecture, library: String) throws {
  let fixture = try fixture(architecture, library)
  let images = try images()
  func train(_ conventions: Conventions, update: (Autoencoder) -> Void) throws -> (
    model: Autoencoder, losses: [Double]
  ) {
    let model = try architecture.small(conventions)
    let losses = (0..<steps).map { _ in
      let losses = fillGradients(of: model, images: images, offsets: offsets, loss: architecture.loss)
      update(model)
      return losses.reduce(0, +) / Double(batch)
    }
    return (model, losses)
  }

  let conventions = try #require(Conventions(rawValue: library))
  let before = try architecture.small(conventions).arena.valueArrays
  let descent = try train(conventions) { model in
    for i in 0..<model.arena.count {
      model.arena.values.pointer[i] -= 0.05 * (model.arena.gradients.pointer[i] / Float(batch))
    }
  }
  try expectClose(
    "losses", descent.losses, fixture.floats("sgd.losses").map(Double.init), tolerance: 1e-5)
  if library == "keras" {
    let after = zip(before, descent.model.arena.valueArrays)
    for (parameter, (old, new)) in zip(descent.model.arena.parameters, after) {
      let theirs = try fixture.floats("sgd.final.\(parameter.name)")
      expectCloseInNorm(
        "step of \(parameter.name)", zip(new, old).map { $0 - $1 }, zip(theirs, old).map { $0 - $1 },
        tolerance: 1e-3)
    }
  }

  let adam = Adam(count: descent.model.arena.count, conventions: conventions)
  let adamLosses = try train(conventions) {
    adam.update($0.arena, learningRate: 1e-3, gradientScale: 1 / Float(batch), team: singleThread)
  }.losses
  try expectClose("Adam", adamLosses, fixture.floats("adam.losses").map(Double.init), tolerance: 1e-4)
}

/// The models that users train: as many parameters as the peers', and the same first loss.
@Test(arguments: Architecture.allCases, libraries)
private func thePublishedModelIsThePeers(architecture: Architecture, library: String) throws {
  let fixture = try fixture(architecture, library)
  let model = try architecture.published()
  #expect(try Float(model.arena.parameterCount) == fixture.floats("published.parameters")[0])
  let rows = 4
  let losses = fillGradients(of: model, images: try images(rows), loss: architecture.loss)
  try expectClose(
    "loss", [losses.reduce(0, +) / Double(rows)], [Double(fixture.floats("published.loss")[0])],
    tolerance: 1e-6)
}
