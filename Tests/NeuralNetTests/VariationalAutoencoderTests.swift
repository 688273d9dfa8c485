import Diagnostics
import NeuralNet
import TensorCore
import TestSupport
import Testing

private let (pixels, latent, rows) = (11, 3, 4)

/// The whole loss in Double from the plain references: 11-7-5-(3, 3)-5-7-11.
///
/// - Parameter parameters: weight and bias of every layer, one after another, then the log-variance of Gaussian pixels.
private func referenceLoss(
  _ parameters: [Double], images: [Double], noise: [Double], activation: Activation, term: DivergenceTerm,
  likelihood: PixelLikelihood
) -> Double {
  var offset = 0
  func dense(_ input: [Double], _ inputs: Int, _ outputs: Int, _ activation: Activation) -> [Double] {
    func take(_ count: Int) -> [Double] {
      defer { offset += count }
      return Array(parameters[offset..<offset + count])
    }
    let weight = take(outputs * inputs)
    return denseForwardReference(
      input: input, weight: weight, bias: take(outputs), rows: rows, inputs: inputs, outputs: outputs
    ).map { activation.reference($0) }
  }
  let features = dense(dense(images, pixels, 7, activation), 7, 5, activation)
  let means = dense(features, 5, latent, .identity)
  let logVariances = dense(features, 5, latent, .identity)
  let gaussians = zip(means, logVariances).map { GaussianReference(mean: $0, logVariance: $1) }
  let codes = zip(gaussians, noise).map { $0.sample(noise: $1) }
  let logits = dense(dense(dense(codes, latent, 5, activation), 5, 7, activation), 7, pixels, .identity)
  precondition(offset == parameters.count - (likelihood == .gaussian ? 1 : 0))
  let objective = ReconstructionObjective(.bce, height: 1, width: pixels, reduction: .sum)
  let reconstruction = (0..<rows).reduce(0.0) { sum, row in
    let range = row * pixels..<(row + 1) * pixels
    let (logits, targets) = (Array(logits[range]), Array(images[range]))
    return sum
      + (likelihood == .gaussian
        ? gaussianPixelsReference(logits: logits, targets: targets, logVariance: parameters.last!).loss
        : objective.reference(logits: logits, targets: targets).loss)
  }
  let counted = gaussians.reduce(0) { $0 + max(Double(term.freeBits), $1.divergence) }
  return reconstruction + Double(term.weight) * counted
}

@Test(
  arguments: [Activation.relu, .tanh],
  [
    DivergenceTerm(), DivergenceTerm(weight: 0.25), DivergenceTerm(weight: 4, freeBits: 0.25),
    DivergenceTerm(weight: 0),
  ])
private func gradientsAreDerivativesOfTheWholeLoss(activation: Activation, term: DivergenceTerm) throws {
  for likelihood in PixelLikelihood.allCases {
    try expectGradients(activation: activation, term: term, likelihood: likelihood)
  }
}

private func expectGradients(
  activation: Activation, term: DivergenceTerm, likelihood: PixelLikelihood
) throws {
  let model = try VariationalAutoencoder.dense(
    pixels: pixels, hidden: [7, 5], latent: latent, activation: activation, likelihood: likelihood)
  model.initialize(seed: 5)
  // Rectifiers need inputs on their slope; divergences on both sides of the free bits.
  model.arena.load {
    $0.shape.count == 1
      ? randomFloats($0.count, seed: 7, low: 0.1, high: 0.6)
      : randomFloats($0.count, seed: 8, low: -0.6, high: 0.8)
  }
  let images = randomFloats(rows * pixels, seed: 6, low: 0)
  let noise = randomFloats(rows * latent, seed: 9, low: -2, high: 2)
  let losses = fillGradients(
    of: model, images: images, noise: noise, offsets: [0, 1, 1, 3, 4], divergence: term)
  let parameters = model.arena.valueArrays.flatMap { $0.map(Double.init) }
  func reference(_ parameters: [Double]) -> Double {
    referenceLoss(
      parameters, images: images.map(Double.init), noise: noise.map(Double.init), activation: activation,
      term: term, likelihood: likelihood)
  }
  let loss = losses.reconstructions.reduce(0, +) + Double(term.weight) * losses.counted.reduce(0, +)
  expectClose("loss", [loss], [reference(parameters)], tolerance: 1e-6)
  expectGradient(
    of: reference, at: parameters, equals: model.arena.gradientArrays.flatMap { $0.map(Double.init) },
    tolerance: 1e-5)
  for (parameter, gradient) in zip(model.arena.parameters, model.arena.gradientArrays) {
    #expect(gradient.contains { $0 != 0 }, "\(parameter.name) has no gradient")
  }
  if term.freeBits > 0 {
    #expect(
      zip(losses.counted, losses.divergences).contains { $0 > $1 }, "no divergence was below the free bits")
  }
}

/// Encoding is the forward pass without its noise.
@Test func codesAreTheMeansAndNoChanceReadsThem() throws {
  let model = try VariationalAutoencoder.dense(pixels: pixels, hidden: [7], latent: latent)
  model.initialize(seed: 5)
  let coder: any ImageCoder = model
  coder.allocate(rows: rows)
  let images = randomFloats(rows * pixels, seed: 6, low: 0)
  let pass = Pass(rowCount: rows, team: singleThread)
  func copy(_ pointer: UnsafePointer<Float>, _ width: Int) -> [Float] {
    Array(UnsafeBufferPointer(start: pointer, count: rows * width))
  }
  let withoutNoise = copy(
    model.forward(images: images, noise: [Float](repeating: 0, count: rows * latent), pass: pass), pixels)
  expectSameBits("codes", copy(coder.encode(images: images, pass: pass), latent), copy(model.means, latent))
  expectSameBits("means", copy(model.codes, latent), copy(model.means, latent))
  expectSameBits("logits", copy(coder.forward(images: images, pass: pass), pixels), withoutNoise)
  let noise = randomFloats(rows * latent, seed: 3)
  expectDifferentBits(
    "logits", copy(model.forward(images: images, noise: noise, pass: pass), pixels), withoutNoise)
  #expect(coder.pixelCount == pixels && coder.latentDimension == latent)
}

private let convolutionalSettings = ConvolutionalSettings(
  channels: [32, 64, 128], latent: 20, latentActivation: .identity, conventions: .torch)

@Test func tensorsHaveTheNamesAndShapesOfPyTorchsModules() throws {
  func described(_ model: VariationalAutoencoder) -> [String] {
    model.arena.parameters.map { "\($0.name) \($0.shape)" }
  }
  #expect(
    try described(.dense()) == [
      "encoder.dense1.weight [400, 784]", "encoder.dense1.bias [400]", "encoder.mean.weight [20, 400]",
      "encoder.mean.bias [20]", "encoder.log_variance.weight [20, 400]", "encoder.log_variance.bias [20]",
      "decoder.dense1.weight [400, 20]", "decoder.dense1.bias [400]", "decoder.dense2.weight [784, 400]",
      "decoder.dense2.bias [784]",
    ])
  let convolutional = try described(.convolutional(convolutionalSettings))
  #expect(
    convolutional.filter { !$0.contains("conv") } == [
      "encoder.mean.weight [20, 6272]", "encoder.mean.bias [20]", "encoder.log_variance.weight [20, 6272]",
      "encoder.log_variance.bias [20]", "decoder.dense1.weight [6272, 20]", "decoder.dense1.bias [6272]",
    ])
  let plain = try Autoencoder.convolutional(convolutionalSettings).arena.parameters
  #expect(
    try described(.dense(likelihood: .gaussian))
      == described(.dense()) + ["decoder.log_variance [1]"])
  #expect(
    try described(.convolutional(convolutionalSettings, likelihood: .gaussian))
      == convolutional + ["decoder.log_variance [1]"])
  #expect(
    convolutional.filter { $0.contains("conv") }
      == plain.map { "\($0.name) \($0.shape)" }.filter { $0.contains("conv") })
}

/// PyTorch's conventions by default: biases are not zero.
@Test func dimensionsThatDoNotFitAreRefusedByName() throws {
  let model = try VariationalAutoencoder.dense(pixels: pixels, hidden: [7], latent: latent)
  model.initialize(seed: 1)
  #expect(model.arena.valueArrays[1].contains { $0 != 0 })
  func refusal(_ build: () throws -> VariationalAutoencoder) -> String? {
    do {
      _ = try build()
      return nil
    } catch {
      return (error as? Failure).map { "\($0.code.rawValue) \($0.message)" }
    }
  }
  let code = "\(ExitCode.usage.rawValue)"
  #expect(refusal { try .dense(hidden: [400, 0]) } == "\(code) encoder.dense2: its width can't be 0")
  #expect(refusal { try .dense(latent: 0) } == "\(code) encoder.mean: its width can't be 0")
  #expect(
    refusal { try .dense(hidden: []) }
      == "\(code) encoder: a variational autoencoder needs a hidden layer before its two heads")
  var settings = convolutionalSettings
  settings.latent = 0
  #expect(refusal { try .convolutional(settings) } == "\(code) encoder.mean: its width can't be 0")
  settings = convolutionalSettings
  settings.height = 30
  #expect(
    refusal { try .convolutional(settings) } == "\(code) encoder.pool2: 15x14 pixels can't be divided by 2")
}
