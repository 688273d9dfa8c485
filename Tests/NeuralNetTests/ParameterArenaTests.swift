import NeuralNet
import TensorCore
import TestSupport
import Testing

private func model() throws -> Autoencoder {
  try DenseAutoencoder(pixels: 30, hidden: [9, 7], latent: 3).build()
}

@Test func parametersAreNamedAndShapedAsInPyTorch() throws {
  let model = try DenseAutoencoder().build()
  #expect(
    model.arena.parameters.map { "\($0.name) \($0.shape)" } == [
      "encoder.dense1.weight [128, 784]", "encoder.dense1.bias [128]",
      "encoder.dense2.weight [64, 128]", "encoder.dense2.bias [64]",
      "encoder.dense3.weight [32, 64]", "encoder.dense3.bias [32]",
      "decoder.dense1.weight [64, 32]", "decoder.dense1.bias [64]",
      "decoder.dense2.weight [128, 64]", "decoder.dense2.bias [128]",
      "decoder.dense3.weight [784, 128]", "decoder.dense3.bias [784]",
    ])
  #expect(model.arena.parameterCount == 222_384)
  #expect(model.pixelCount == 784 && model.latentDimension == 32)
}

@Test func slicesBeginOnCacheLinesAndDoNotOverlap() throws {
  let arena = try model().arena
  var end = 0
  for parameter in arena.parameters {
    #expect(parameter.offset >= end && parameter.offset % 16 == 0)
    #expect(UInt(bitPattern: parameter.values) % 64 == 0 && UInt(bitPattern: parameter.gradients) % 64 == 0)
    #expect(parameter.values == arena.values.pointer + parameter.offset)
    #expect(parameter.gradients == arena.gradients.pointer + parameter.offset)
    end = parameter.offset + parameter.count
  }
  #expect(end <= arena.count && arena.gradients.count == arena.count)
}

@Test(arguments: Conventions.allCases) func gapsStayZeroWhileTraining(conventions: Conventions) throws {
  let model = try model()
  let arena = model.arena
  arena.initialize(seed: 1)
  let adam = Adam(count: arena.count, conventions: conventions)
  for step in 0..<3 {
    fillGradients(of: model, images: randomFloats(5 * 30, seed: UInt32(step), low: 0))
    adam.update(arena, learningRate: 0.1, gradientScale: 0.2, team: singleThread)
  }
  var isGap = [Bool](repeating: true, count: arena.count)
  for parameter in arena.parameters {
    for i in 0..<parameter.count { isGap[parameter.offset + i] = false }
  }
  #expect(isGap.count { $0 } == arena.count - arena.parameterCount && isGap.contains(true))
  for block in [arena.values, arena.gradients, adam.firstMoments, adam.secondMoments] {
    for (value, isGap) in zip(block.array, isGap) where isGap { #expect(value.bitPattern == 0) }
  }
}

@Test func equalNamesAreRefused() async {
  await #expect(processExitsWith: .failure) {
    _ = ParameterArena((0..<2).map { _ in Parameter("weight", shape: [1], initializer: .zeros) })
  }
}

@Test func layersThatDoNotFitAreRefused() async {
  await #expect(processExitsWith: .failure) {
    _ = Sequential(
      [(4, 3), (2, 1)].map {
        Dense("\($0)", inputs: $0, outputs: $1, activation: .relu, conventions: .keras)
      })
  }
}
