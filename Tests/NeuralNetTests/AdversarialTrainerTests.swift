import Artifacts
import ImageData
import NeuralNet
import RandomNumbers
import TensorCore
import TestSupport
import Testing

/// A kind of GAN, and a recipe for it.
private enum Recipe: String, CaseIterable, Sendable {
  case gan, dcgan
  /// Spectral normalization, classes and the penalty of the discriminator's slope at real images.
  case conditional
  /// Wasserstein's loss with the penalty of the slope between images.
  case wasserstein

  var options: [String] {
    switch self {
    case .gan: ["gan", "--hidden", "8,16"]
    case .dcgan: ["dcgan", "--channels", "8,16"]
    case .conditional:
      ["dcgan", "--channels", "8,16", "--conditional", "--d-norm", "spectral", "--r1", "3"]
    case .wasserstein:
      ["gan", "--hidden", "8,16", "--adversarial-loss", "wasserstein", "--gradient-penalty", "10"]
    }
  }

  var loss: AdversarialLoss { self == .wasserstein ? .wasserstein : .nonSaturating }

  var classes: Int? { self == .conditional ? 10 : nil }

  func network(latent: Int) throws -> GenerativeAdversarialNetwork {
    switch self {
    case .gan, .wasserstein: try .dense(pixels: 784, latent: latent, hidden: [8, 16], conventions: .torch)
    case .dcgan, .conditional:
      try .convolutional(
        height: 28, width: 28, latent: latent, channels: [8, 16], scope: .global,
        recipe: self == .dcgan
          ? AdversarialRecipe(norm: .batch) : AdversarialRecipe(norm: .spectral, classes: classes),
        conventions: .torch)
    }
  }

  func penalty(of network: GenerativeAdversarialNetwork) -> GradientPenalty? {
    switch self {
    case .gan, .dcgan: nil
    case .conditional: GradientPenalty(.zeroCentered(3), network: network.discriminator)
    case .wasserstein: GradientPenalty(.oneCentered(10), network: network.discriminator)
    }
  }
}

/// Binds what the fixtures show, that `adversarialStep` is PyTorch's, to the program: four steps of `atelier train` leave
/// the bits of four of those.
@Test(arguments: Recipe.allCases) private func theProgramTrainsAsTheFixturesDo(recipe: Recipe) throws {
  let folder = TemporaryFolder()
  let (images, pixels, batch, latent, seed) = (131, 784, 32, 6, UInt32(7))
  try SyntheticImages.write(to: folder, train: images, test: 20)
  let result = Shell.run(
    BuiltExecutable.path("atelier"),
    ["train"] + recipe.options + [
      "--data", folder.path, "--run-dir", folder.path("run"), "--latent", "\(latent)", "--batch", "\(batch)",
      "--seed", "\(seed)", "--shards", "4", "--steps", "4", "--epochs", "1", "--keep", "0", "--fid-samples",
      "0", "-q",
    ], workingDirectory: folder.path)
  #expect(result.exitCode == 0, "\(result)")
  func checkpoint(_ step: Int) throws -> SafeTensorsFile {
    try SafeTensorsFile(reading: folder.path("run/checkpoints/step-0000000\(step)/model.safetensors"))
  }
  func elements(_ file: SafeTensorsFile, _ name: String) throws -> [Float] {
    let tensor = try #require(file[name])
    return try #require(tensor.elements())
  }

  let network = try recipe.network(latent: latent)
  let initial = try checkpoint(0)
  for arena in network.arenas { try arena.load { try elements(initial, $0.name) } }
  for tensor in network.runningTensors {
    if case .values(let values) = tensor.storage {
      values.pointer.update(from: try elements(initial, tensor.name), count: values.count)
    }
  }
  let penalty = recipe.penalty(of: network)
  let optimizers = network.arenas.map {
    OptimizerSettings(name: .adam, beta1: 0.5).makeOptimizer(count: $0.count, conventions: .torch)
  }
  let bytes = SyntheticImages.pixels(count: images, height: 28, width: 28)
  let order = EpochOrder(count: images, seed: seed, epoch: 0).indices
  let noiseKey = RandomKey(seed: seed, purpose: .adversarialNoise)
  let classKey = RandomKey(seed: seed, purpose: .adversarialClass)
  let mixKey = RandomKey(seed: seed, purpose: .adversarialMix)
  for step in 0..<4 {
    let indices = order[step * batch..<(step + 1) * batch].map { Int($0) }
    let real = indices.flatMap { index in
      bytes[index * pixels..<(index + 1) * pixels].map { Float($0) / 255 }
    }
    var noise = [Float](repeating: 0, count: batch * latent)
    noise.withUnsafeMutableBufferPointer { noise in
      for row in 0..<batch {
        fillNormal(
          noise.baseAddress! + row * latent, count: latent, key: noiseKey, step: step, index: row)
      }
    }
    let parts = (0..<batch).map { unitUniform(mixKey.words(step: step, index: $0).x) }
    _ = adversarialStep(
      of: network, images: real, noise: noise, offsets: evenOffsets(rows: batch, shards: 4),
      labels: recipe.classes.map { classes in indices.map { UInt8($0 % classes) } },
      classes: recipe.classes.map { classes in
        (0..<batch).map {
          UInt8(classKey.uniformInteger(below: UInt32(classes), word: 0, step: step, index: $0))
        }
      }, loss: recipe.loss,
      penalize: penalty.map { penalty in
        { real, fake, pass in
          var penalties = [Double](repeating: 0, count: batch)
          let mixed = AlignedBuffer<Float>(count: batch * pixels)
          mixRows(
            real, fake, parts: parts, into: mixed.pointer, rows: batch, columns: pixels, team: singleThread)
          let points = recipe == .conditional ? real : UnsafePointer(mixed.pointer)
          penalty.evaluate(input: points, penalties: &penalties, pass: pass)
        }
      }
    ) { arena in
      optimizers[arena === network.generatorArena ? 0 : 1].update(
        arena, learningRate: 2e-4, gradientScale: 1 / Float(batch), team: singleThread)
    }
  }
  let final = try checkpoint(4)
  for parameter in network.parameters {
    let values = Array(UnsafeBufferPointer(start: parameter.values, count: parameter.count))
    expectSameBits(parameter.name, values, try elements(final, parameter.name))
    // A constant added to all of Wasserstein's logits changes nothing.
    let isMoved = recipe != .wasserstein || parameter.name != "discriminator.dense3.bias"
    #expect(try (elements(initial, parameter.name) != values) == isMoved, "\(parameter.name)")
  }
  for tensor in network.runningTensors where !tensor.shape.isEmpty {
    expectSameBits(tensor.name, tensor.array, try elements(final, tensor.name))
  }
}
