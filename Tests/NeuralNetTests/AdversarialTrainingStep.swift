import NeuralNet
import TensorCore
import TestSupport

/// What a step of a GAN sees of each sample.
struct AdversarialLosses: Sendable, Equatable {
  var onReal: [Double]
  var onGenerated: [Double]
  var ofGenerator: [Double]

  /// The means over samples, in that order.
  var means: [Double] {
    [onReal, onGenerated, ofGenerator].map { $0.reduce(0, +) / Double($0.count) }
  }
}

/// Takes a GAN through a step as a trainer does for a rank's rows, from the same pieces in the same order.
///
/// - Parameters:
///   - images: (rows, pixelCount) in [0, 1].
///   - noise: (rows, latentDimension).
///   - offsets: where the shards of the rows begin and end.
///   - labels: the classes of the images, of a network with classes.
///   - classes: those of the noise.
///   - target: of real images.
///   - penalize: fills the discriminator's gradients with a penalty's, given the real images, the fake ones and the pass.
///   - update: called with an arena whose gradients are those of the sum over samples: the discriminator's, before it sees
///     the images again, then the generator's.
func adversarialStep(
  of network: GenerativeAdversarialNetwork, images: [Float], noise: [Float], offsets: [Int],
  labels: [UInt8]? = nil, classes: [UInt8]? = nil,
  loss: AdversarialLoss, target: Float = 1,
  penalize: ((_ real: UnsafePointer<Float>, _ fake: UnsafePointer<Float>, _ pass: Pass) -> Void)? = nil,
  update: (ParameterArena) -> Void
) -> AdversarialLosses {
  let (generator, discriminator) = (network.generator, network.discriminator)
  let rows = offsets.last!
  let trainable: any TrainableModel = network
  trainable.allocate(rows: rows)
  // Copies that have an address even without elements.
  let (real, noise) = (AlignedBuffer(images), AlignedBuffer(noise))
  let realPass = trainingPass(offsets).labelled(labels)
  let fakePass = trainingPass(offsets).labelled(classes)
  rescale(real.pointer, scale: 2, offset: -1, into: real.pointer, count: images.count, team: singleThread)

  func judge(_ images: UnsafePointer<Float>, as role: AdversarialLoss.Role, _ pass: Pass) -> [Double] {
    discriminator.forward(input: images, pass: pass)
    var losses = [Double](repeating: .nan, count: rows)
    loss.evaluate(
      logits: discriminator.output, as: role, target: target, gradients: discriminator.output,
      losses: &losses, rows: rows)
    return losses
  }
  func discriminatorGradients(_ images: UnsafePointer<Float>, _ pass: Pass) -> [Float] {
    discriminator.backward(
      input: images, outputGradient: discriminator.output, wantsInputGradient: false, pass: pass)
    return network.discriminatorArena.gradients.array
  }

  network.discriminatorArena.refreshEffectiveValues(iterates: true, team: singleThread)
  let codes = network.generatorInput(noise: noise.pointer, pass: fakePass)
  let fake = UnsafePointer(generator.forward(input: codes, pass: fakePass))
  let onReal = judge(real.pointer, as: .real, realPass)
  let ofReal = discriminatorGradients(real.pointer, realPass)
  let onGenerated = judge(fake, as: .generated, fakePass)
  let ofGenerated = discriminatorGradients(fake, fakePass)
  for (index, gradient) in zip(ofReal, ofGenerated).enumerated() {
    network.discriminatorArena.gradients.pointer[index] = gradient.0 + gradient.1
  }
  if let penalize {
    let before = network.discriminatorArena.gradients.array
    penalize(real.pointer, fake, realPass)
    for (index, gradient) in before.enumerated() {
      network.discriminatorArena.gradients.pointer[index] += gradient
    }
  }
  transformGradients(of: network.discriminatorArena)
  update(network.discriminatorArena)
  network.discriminatorArena.refreshEffectiveValues(iterates: false, team: singleThread)

  let back = fakePass.withoutParameterGradients
  let ofGenerator = judge(fake, as: .generator, back)
  let imageGradient = discriminator.backward(
    input: fake, outputGradient: discriminator.output, wantsInputGradient: true, pass: back)!
  generator.backward(
    input: codes, outputGradient: imageGradient, wantsInputGradient: false, pass: fakePass)
  update(network.generatorArena)
  return AdversarialLosses(onReal: onReal, onGenerated: onGenerated, ofGenerator: ofGenerator)
}

/// Makes gradients by effective weights those by the weights, as a trainer does where an arena is one rank's.
func transformGradients(of arena: ParameterArena) {
  guard let gradients = SpectralGradients(arena, granule: 1024) else { return }
  gradients.fillProducts(part: 0..<arena.count, team: singleThread)
  gradients.transform(part: 0..<arena.count, team: singleThread)
}
