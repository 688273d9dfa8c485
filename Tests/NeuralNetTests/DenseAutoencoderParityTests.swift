import NeuralNet
import TensorCore
import TestSupport
import Testing

// `dense-ae` against PyTorch and Keras from the same weights on the same images, each with its own conventions.

/// Which library computed a fixture: one that holds the small model's weights and one that names its file.
private struct Peer: CustomTestStringConvertible, Sendable {
  let conventions: Conventions
  let fixture: String
  var testDescription: String { fixture }

  static let all = [
    Peer(conventions: .torch, fixture: "dense_ae_torch"),
    Peer(conventions: .keras, fixture: "dense_ae_keras"),
  ]
}

private let steps = 10
private let batch = 24

private func images() throws -> [Float] {
  try Fixture("dense_ae_torch").bytes("images").map { Float($0) / 255 }
}

/// The fixtures' 784-32-16-8-16-32-784 with its first weights.
private func smallModel(_ conventions: Conventions) throws -> Autoencoder {
  let model = try DenseAutoencoder(hidden: [32, 16], latent: 8, conventions: conventions).build()
  let fixture = try Fixture("dense_ae_torch")
  try model.arena.load { try fixture.floats("initial.\($0.name)") }
  return model
}

/// The `dense-ae` that users train, with weights from the formula and zero biases.
private func fullModel(_ conventions: Conventions) throws -> Autoencoder {
  let model = try DenseAutoencoder(conventions: conventions).build()
  var tensor = 0
  model.arena.load { parameter in
    if parameter.shape.count == 1 { return [Float](repeating: 0, count: parameter.count) }
    defer { tensor += 1 }
    return formulaWeights(tensor: tensor, rows: parameter.shape[0], columns: parameter.shape[1])
  }
  return model
}

private enum Rule: String, CaseIterable { case sgd, adam }

/// Ten updates on the batch.
///
/// - Returns: the mean loss before each.
private func train(_ model: Autoencoder, _ conventions: Conventions, by rule: Rule) throws -> [Double] {
  let images = try images()
  let adam = Adam(count: model.arena.count, conventions: conventions)
  return (0..<steps).map { _ in
    let losses = fillGradients(of: model, images: images, offsets: evenOffsets(rows: batch, shards: 16))
    switch rule {
    case .sgd:
      for i in 0..<model.arena.count {
        model.arena.values.pointer[i] -= 0.05 * (model.arena.gradients.pointer[i] / Float(batch))
      }
    case .adam:
      adam.update(model.arena, learningRate: 1e-3, gradientScale: 1 / Float(batch), team: singleThread)
    }
    return losses.reduce(0, +) / Double(batch)
  }
}

@Test(arguments: Peer.all) private func theFirstStepIsThePeers(peer: Peer) throws {
  let fixture = try Fixture(peer.fixture)
  let images = try images()
  let model = try smallModel(peer.conventions)
  model.allocate(rows: batch)
  let logits = model.forward(images: images, pass: Pass(rowCount: batch, team: singleThread))
  if peer.conventions == .torch {
    let copy = Array(UnsafeBufferPointer(start: logits, count: batch * 784))
    try expectClose("logits", copy, fixture.floats("logits"), tolerance: 1e-6)
  }
  Activation.sigmoid.apply(logits, to: logits, count: batch * 784)
  let output = Array(UnsafeBufferPointer(start: logits, count: batch * 784))
  try expectClose("output", output, fixture.floats("output"), tolerance: 1e-6)

  let losses = fillGradients(of: model, images: images, offsets: evenOffsets(rows: batch, shards: 16))
  let mean = losses.reduce(0, +) / Double(batch)
  try expectClose("loss", [mean], [Double(fixture.floats("loss")[0])], tolerance: 1e-6)
  for (parameter, gradient) in zip(model.arena.parameters, model.arena.gradientArrays) {
    try expectClose(
      parameter.name, gradient.map { $0 / Float(batch) }, fixture.floats("gradient.\(parameter.name)"),
      tolerance: 1e-5)
  }
}

@Test(arguments: Peer.all, Rule.allCases) private func tenStepsGoThePeersWay(peer: Peer, rule: Rule) throws {
  let fixture = try Fixture(peer.fixture)
  let model = try smallModel(peer.conventions)
  let before = model.arena.valueArrays
  let losses = try train(model, peer.conventions, by: rule)
  try expectClose("losses", losses, fixture.floats("\(rule).losses").map(Double.init), tolerance: 1e-5)
  for ((parameter, old), new) in zip(zip(model.arena.parameters, before), model.arena.valueArrays) {
    let theirs = try fixture.floats("\(rule).final.\(parameter.name)")
    expectCloseInNorm(
      "step of \(parameter.name)", zip(new, old).map { $0 - $1 }, zip(theirs, old).map { $0 - $1 },
      tolerance: 1e-3)
  }
}

@Test(arguments: Peer.all, Rule.allCases)
private func theFullModelsLossesAreThePeers(peer: Peer, rule: Rule) throws {
  let fixture = try Fixture(peer.fixture)
  let losses = try train(try fullModel(peer.conventions), peer.conventions, by: rule)
  try expectClose("losses", losses, fixture.floats("full.\(rule).losses").map(Double.init), tolerance: 1e-5)
  try expectClose("first loss", [losses[0]], [Double(fixture.floats("full.loss")[0])], tolerance: 1e-6)
}

@Test func theFullModelsGradientsArePyTorchs() throws {
  let fixture = try Fixture("dense_ae_torch")
  let model = try fullModel(.torch)
  fillGradients(of: model, images: try images(), offsets: evenOffsets(rows: batch, shards: 16))
  for (parameter, gradient) in zip(model.arena.parameters, model.arena.gradientArrays) {
    let mean = gradient.map { $0 / Float(batch) }
    let norm = squaredNorm(mean, count: mean.count, team: singleThread).squareRoot()
    let expectedNorm = Double(try fixture.floats("full.gradientNorm.\(parameter.name)")[0])
    expectClose("norm of \(parameter.name)", [norm], [expectedNorm], tolerance: 1e-5)
    if parameter.shape.count == 1 {
      try expectClose(
        parameter.name, mean, fixture.floats("full.gradient.\(parameter.name)"), tolerance: 1e-5)
    }
  }
}
