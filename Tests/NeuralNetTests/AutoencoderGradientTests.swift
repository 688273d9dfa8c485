import NeuralNet
import TensorCore
import TestSupport
import Testing

private let (pixels, hidden, latent, rows) = (11, [7, 5], 3, 4)
private let widths = [pixels, 7, 5, latent, 5, 7, pixels]

/// The model in Double, from the plain references.
///
/// - Parameter parameters: weight and bias of every layer, one after another.
/// - Returns: the sum of the samples' losses.
private func referenceLoss(
  _ parameters: [Double], images: [Double], activation: Activation, latentActivation: Activation,
  loss: ReconstructionLoss
) -> Double {
  var offset = 0
  func take(_ count: Int) -> [Double] {
    defer { offset += count }
    return Array(parameters[offset..<offset + count])
  }
  var values = images
  for (layer, (inputs, outputs)) in zip(widths, widths.dropFirst()).enumerated() {
    let weight = take(outputs * inputs)
    let output = denseForwardReference(
      input: values, weight: weight, bias: take(outputs), rows: rows, inputs: inputs, outputs: outputs)
    let function = layer == 5 ? .identity : layer == 2 ? latentActivation : activation
    values = output.map { function.reference($0) }
  }
  let objective = ReconstructionObjective(loss, height: 1, width: pixels)
  return (0..<rows).reduce(0) { sum, row in
    let range = row * pixels..<(row + 1) * pixels
    return sum + objective.reference(logits: Array(values[range]), targets: Array(images[range])).loss
  }
}

@Test(
  arguments: [
    (Activation.relu, Activation.relu), (.leakyReLU, .identity), (.tanh, .sigmoid), (.sigmoid, .tanh),
  ], ReconstructionLoss.allCases.filter { !$0.usesWindows })
func gradientsAreDerivatives(activations: (Activation, Activation), loss: ReconstructionLoss) throws {
  let model = try DenseAutoencoder(
    pixels: pixels, hidden: hidden, latent: latent, activation: activations.0,
    latentActivation: activations.1,
    conventions: .torch
  ).build()
  model.arena.initialize(seed: 5)
  // Rectifiers need inputs on their slope, or the code would be all zeros.
  model.arena.load { $0.shape.count == 1 ? randomFloats($0.count, seed: 7, low: 0.1, high: 0.6) : $0.array }
  let images = randomFloats(rows * pixels, seed: 6, low: 0)
  let losses = fillGradients(of: model, images: images, offsets: [0, 1, 4], loss: loss)

  let parameters = model.arena.valueArrays.flatMap { $0.map(Double.init) }
  let gradients = model.arena.gradientArrays.flatMap { $0.map(Double.init) }
  func reference(_ parameters: [Double]) -> Double {
    referenceLoss(
      parameters, images: images.map(Double.init), activation: activations.0, latentActivation: activations.1,
      loss: loss)
  }
  expectClose("loss", [losses.reduce(0, +)], [reference(parameters)], tolerance: 1e-6)
  expectGradient(of: reference, at: parameters, equals: gradients, tolerance: 1e-5)
  for (parameter, gradient) in zip(model.arena.parameters, model.arena.gradientArrays) {
    #expect(
      gradient.contains { $0 != 0 }, "\(parameter.name) has no gradient, so the test says nothing about it")
  }
}

extension Parameter {
  fileprivate var array: [Float] { Array(UnsafeBufferPointer(start: values, count: count)) }
}
