import Artifacts
import ImageData
import NeuralNet
import RandomNumbers
import TensorCore
import TestSupport
import Testing

/// Binds what the fixtures show, that `adversarialStep` is PyTorch's, to the program: four steps of `atelier train` leave
/// the bits of four of those.
@Test(arguments: ["gan", "dcgan"]) func theProgramTrainsAsTheFixturesDo(name: String) throws {
  let folder = TemporaryFolder()
  let (images, pixels, batch, latent, seed) = (131, 784, 32, 6, UInt32(7))
  try SyntheticImages.write(to: folder, train: images, test: 20)
  let result = Shell.run(
    BuiltExecutable.path("atelier"),
    [
      "train", name, "--data", folder.path, "--run-dir", folder.path("run"), "--latent", "\(latent)",
      "--batch", "\(batch)", "--seed", "\(seed)", "--shards", "4", "--steps", "4", "--epochs", "1", "--keep",
      "0", "--fid-samples", "0", name == "gan" ? "--hidden" : "--channels", "8,16", "-q",
    ], workingDirectory: folder.path)
  #expect(result.exitCode == 0, "\(result)")
  func checkpoint(_ step: Int) throws -> SafeTensorsFile {
    try SafeTensorsFile(reading: folder.path("run/checkpoints/step-0000000\(step)/model.safetensors"))
  }
  func elements(_ file: SafeTensorsFile, _ name: String) throws -> [Float] {
    let tensor = try #require(file[name])
    return try #require(tensor.elements())
  }

  let network: GenerativeAdversarialNetwork =
    name == "gan"
    ? try .dense(pixels: pixels, latent: latent, hidden: [8, 16], conventions: .torch)
    : try .convolutional(
      height: 28, width: 28, latent: latent, channels: [8, 16], scope: .global, conventions: .torch)
  let initial = try checkpoint(0)
  for arena in network.arenas { try arena.load { try elements(initial, $0.name) } }
  let optimizers = network.arenas.map {
    OptimizerSettings(name: .adam, beta1: 0.5).makeOptimizer(count: $0.count, conventions: .torch)
  }
  let bytes = SyntheticImages.pixels(count: images, height: 28, width: 28)
  let order = EpochOrder(count: images, seed: seed, epoch: 0).indices
  let noiseKey = RandomKey(seed: seed, purpose: .adversarialNoise)
  for step in 0..<4 {
    let real = order[step * batch..<(step + 1) * batch].flatMap { index in
      bytes[Int(index) * pixels..<(Int(index) + 1) * pixels].map { Float($0) / 255 }
    }
    var noise = [Float](repeating: 0, count: batch * latent)
    noise.withUnsafeMutableBufferPointer { noise in
      for row in 0..<batch {
        fillNormal(
          noise.baseAddress! + row * latent, count: latent, key: noiseKey, step: step, index: row)
      }
    }
    _ = adversarialStep(
      of: network, images: real, noise: noise, offsets: evenOffsets(rows: batch, shards: 4),
      loss: .nonSaturating
    ) { arena in
      optimizers[arena === network.generatorArena ? 0 : 1].update(
        arena, learningRate: 2e-4, gradientScale: 1 / Float(batch), team: singleThread)
    }
  }
  let final = try checkpoint(4)
  for parameter in network.parameters {
    let values = Array(UnsafeBufferPointer(start: parameter.values, count: parameter.count))
    expectSameBits(parameter.name, values, try elements(final, parameter.name))
    #expect(try elements(initial, parameter.name) != values, "\(parameter.name)")
  }
  for tensor in network.runningTensors where !tensor.shape.isEmpty {
    expectSameBits(tensor.name, tensor.array, try elements(final, tensor.name))
  }
}
