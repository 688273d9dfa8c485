import NeuralNet
import TensorCore
import TestSupport
import Testing

// Passes that leave out a part of what training does.

private let rows = 6
private let offsets = [0, 2, 2, 5, 6]

/// One layer of each kind that has parameters, on images of 8x8 pixels.
private func layers(_ shape: ImageShape) throws -> [any Layer] {
  [
    Dense("dense", inputs: shape.count, outputs: 5, activation: .leakyReLU, conventions: .torch),
    Dense(
      "bare", inputs: shape.count, outputs: 5, activation: .identity, hasBias: false, conventions: .torch),
    try Convolution2D(
      "conv", input: shape, channels: 4, kernel: 4, stride: 2, padding: .symmetric(1), activation: .leakyReLU,
      conventions: .torch),
    try Convolution2D(
      "bare", input: shape, channels: 4, kernel: 3, stride: 1, padding: .symmetric(1), activation: .identity,
      hasBias: false, conventions: .torch),
    try TransposedConvolution2D(
      "deconv", input: shape, channels: 3, kernel: 4, stride: 2, padding: .symmetric(1), activation: .tanh,
      conventions: .torch),
    try BatchNorm2D("norm", input: shape, scope: .global, activation: .relu, conventions: .torch),
    try BatchNorm2D("norm", input: shape, scope: .shard, activation: .leakyReLU, conventions: .torch),
  ]
}

@Test(arguments: [1, 8]) private func aPassMayLeaveOutTheGradientsOfParameters(channels: Int) throws {
  let shape = ImageShape(height: 8, width: 8, channels: channels)
  for layer in try layers(shape) {
    let name = "\(type(of: layer)) \(layer.parameters[0].name)"
    let arena = ParameterArena(layer.parameters)
    arena.load { randomFloats($0.count, seed: UInt32($0.shape.count)) }
    let input = randomFloats(rows * layer.inputCount, seed: 7)
    let outputGradient = randomFloats(rows * layer.outputCount, seed: 8)
    let pass = trainingPass(offsets)
    let whole = run(layer, input: input, outputGradient: outputGradient, rows: rows, pass: pass)
    let marks = randomFloats(arena.count, seed: 9)
    for (index, mark) in marks.enumerated() { arena.gradients.pointer[index] = mark }
    let partial = run(
      layer, input: input, outputGradient: outputGradient, rows: rows, pass: pass.withoutParameterGradients)
    expectSameBits("output of \(name)", partial.output, whole.output)
    expectSameBits("input gradient of \(name)", partial.inputGradient, whole.inputGradient)
    expectSameBits("parameter gradients of \(name)", arena.gradients.array, marks)
  }
}

/// The batch that passes again is normalised by its own statistics, which move nothing.
@Test(arguments: BatchNormScope.allCases) private func aPassMayLeaveRunningStatisticsAlone(
  scope: BatchNormScope
) throws {
  let shape = ImageShape(height: 3, width: 2, channels: 5)
  let layer = try BatchNorm2D("norm", input: shape, scope: scope, conventions: .torch)
  let arena = ParameterArena(layer.parameters)
  arena.load { randomFloats($0.count, seed: 1) }
  let input = randomFloats(rows * shape.count, seed: 2, low: 1, high: 3)
  let outputGradient = randomFloats(input.count, seed: 3)
  let pass = trainingPass(offsets)
  let first = run(layer, input: input, outputGradient: outputGradient, rows: rows, pass: pass)
  let gradients = arena.gradients.array
  let running = layer.runningTensors.map(\.array)
  #expect(running[2] == [1])
  let again = Pass(
    rows: pass.rows, team: singleThread,
    training: TrainingPass(
      seed: 0, step: 0, sampleIndices: ArraySlice(0..<Int32(rows)), sums: LocalShardSums(),
      movesRunningStatistics: false))
  let second = run(layer, input: input, outputGradient: outputGradient, rows: rows, pass: again)
  expectSameBits("output", second.output, first.output)
  expectSameBits("input gradient", second.inputGradient, first.inputGradient)
  expectSameBits("parameter gradients", arena.gradients.array, gradients)
  #expect(layer.runningTensors.map(\.array) == running)
}
