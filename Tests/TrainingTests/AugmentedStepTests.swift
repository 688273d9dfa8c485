import Artifacts
import ImageData
import NeuralNet
import RandomNumbers
import TensorCore
import TestSupport
import Testing
import Training

extension EndToEnd {
  /// A step of a GAN whose discriminator sees changed images, written out once more.
  @Suite struct AugmentedStepTests {
    private static let (count, latent, pixels, rate) = (20, 6, 784, Float(0.01))
    private let team = ThreadTeam(count: 1)

    /// The two networks of a checkpoint.
    private func load(_ laboratory: Laboratory, _ run: String) throws -> GenerativeAdversarialNetwork {
      let network = try GenerativeAdversarialNetwork.dense(
        pixels: Self.pixels, latent: Self.latent, hidden: [16, 24],
        recipe: AdversarialRecipe(norm: .none, hasMinibatchStandardDeviation: true), conventions: .torch)
      let file = try SafeTensorsFile(
        reading: laboratory.path("\(run)/checkpoints/last/model.safetensors"))
      for parameter in network.parameters {
        let values: [Float] = try #require(file[parameter.name]?.elements())
        parameter.values.update(from: values, count: parameter.count)
      }
      return network
    }

    @Test func aStepShowsChangedImagesAndGoesBackThroughTheChange() throws {
      let laboratory = try Laboratory(
        model: "gan", images: Self.count,
        options: "--hidden 16,24 --latent 6 --batch 20 --seed 7 --shards 1 --threads 1 --fid-samples 0 "
          + "--lr \(Self.rate) --augment translation,cutout --minibatch-stddev")
      laboratory.train("before", "--epochs 0").expectSuccess()
      laboratory.train("after", "--epochs 1").expectSuccess()
      let (network, expected) = (try load(laboratory, "before"), try load(laboratory, "after"))

      let order = EpochOrder(count: Self.count, seed: 7, epoch: 0).indices
      let bytes = SyntheticImages.pixels(count: Self.count, height: 28, width: 28)
      let real = AlignedBuffer<Float>(count: Self.count * Self.pixels)
      for (row, image) in order.enumerated() {
        for pixel in 0..<Self.pixels {
          let byte = bytes[Int(image) * Self.pixels + pixel]
          real.pointer[row * Self.pixels + pixel] = Float(byte) / 255
        }
      }
      rescale(
        real.pointer, scale: 2, offset: -1, into: real.pointer, count: Self.count * Self.pixels, team: team)
      let noise = AlignedBuffer<Float>(count: Self.count * Self.latent)
      for row in 0..<Self.count {
        fillNormal(
          noise.pointer + row * Self.latent, count: Self.latent,
          key: RandomKey(seed: 7, purpose: .adversarialNoise), index: row)
      }
      step(network, real: real.pointer, noise: noise.pointer)
      for (parameter, other) in zip(network.parameters, expected.parameters) {
        let values = UnsafeBufferPointer(start: parameter.values, count: parameter.count)
        let others = UnsafeBufferPointer(start: other.values, count: other.count)
        expectSameBits(parameter.name, others, values)
      }
    }

    private func step(
      _ network: GenerativeAdversarialNetwork, real: UnsafePointer<Float>, noise: UnsafePointer<Float>
    ) {
      let (generator, discriminator) = (network.generator, network.discriminator)
      generator.allocate(rows: Self.count)
      discriminator.allocate(rows: Self.count)
      let pass = Pass(
        rows: ShardedRows(offsets: [0, Self.count]), team: team,
        training: TrainingPass(
          seed: 7, step: 0, sampleIndices: ArraySlice(0..<Int32(Self.count)), sums: LocalShardSums()))
      let augmenter = ImageAugmenter([.translation, .cutout], height: 28, width: 28, seed: 7)
      var losses = [Double](repeating: 0, count: Self.count)

      func judge(_ images: UnsafePointer<Float>, _ role: AdversarialLoss.Role) -> UnsafeMutablePointer<Float>?
      {
        let shown = augmenter.augment(
          images, as: role, places: 0..<Self.count, step: 0, update: 0, team: team)
        discriminator.forward(input: shown, pass: pass)
        AdversarialLoss.nonSaturating.evaluate(
          logits: discriminator.output, as: role, gradients: discriminator.output, losses: &losses,
          rows: Self.count)
        return discriminator.backward(
          input: shown, outputGradient: discriminator.output, wantsInputGradient: role == .generator,
          pass: pass)
      }
      func update(_ arena: ParameterArena) {
        Adam(count: arena.count, conventions: .torch, beta1: 0.5).update(
          arena, learningRate: Self.rate, gradientScale: 1 / Float(Self.count), team: team)
      }

      let fake = UnsafePointer(generator.forward(input: noise, pass: pass))
      _ = judge(real, .real)
      let onReal = network.discriminatorArena.gradients.array
      _ = judge(fake, .generated)
      let gradients = network.discriminatorArena.gradients.pointer
      for (index, gradient) in onReal.enumerated() { gradients[index] += gradient }
      update(network.discriminatorArena)
      let shownGradient = judge(fake, .generator)!
      generator.backward(
        input: noise, outputGradient: augmenter.imageGradient(shownGradient, team: team),
        wantsInputGradient: false, pass: pass)
      update(network.generatorArena)
    }
  }
}
