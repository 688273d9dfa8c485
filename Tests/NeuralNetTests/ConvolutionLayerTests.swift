import NeuralNet
import TensorCore
import TestSupport
import Testing

/// Every activation, both kinds, general and fast shapes.
private let setups = [
  ConvolutionSetup(5, 6, 2, 3, kernel: 3, stride: 2, activation: .sigmoid),
  ConvolutionSetup(4, 5, 3, 2, kernel: 2, padding: .symmetric(1), activation: .tanh),
  ConvolutionSetup(6, 5, 1, 8, kernel: 3, activation: .leakyReLU),
  ConvolutionSetup(5, 6, 8, 1, kernel: 3),
  ConvolutionSetup(4, 5, 8, 8, kernel: 3, activation: .tanh, hasBias: false),
  ConvolutionSetup(6, 6, 8, 16, kernel: 4, stride: 2, padding: .symmetric(1), activation: .leakyReLU),
  ConvolutionSetup(transposed: true, 3, 2, 3, 2, kernel: 3, stride: 3, activation: .sigmoid),
  ConvolutionSetup(
    transposed: true, 3, 4, 2, 3, kernel: 3, stride: 2, padding: .symmetric(1), outputPadding: 1,
    activation: .tanh),
  ConvolutionSetup(transposed: true, 3, 3, 16, 8, kernel: 3, stride: 2, activation: .leakyReLU),
  ConvolutionSetup(transposed: true, 4, 3, 8, 1, kernel: 4, stride: 2, padding: .symmetric(1)),
  ConvolutionSetup(transposed: true, 5, 4, 8, 8, kernel: 3, activation: .tanh, hasBias: false),
]

/// The sum of output times outputGradient has the layer's gradients, by differences of the reference in Double.
@Test(arguments: setups) func convolutionGradientsAreDerivatives(setup: ConvolutionSetup) throws {
  let rows = 2
  let layer = try setup.makeLayer()
  let arena = ParameterArena(layer.parameters)
  arena.initialize(seed: 3)
  layer.allocate(rows: rows)
  let input = setup.randomInput(rows)
  let outputGradient = setup.randomOutputGradient(rows)
  let run = ConvolutionRun(
    layer, in: arena, input: input, outputGradient: outputGradient, offsets: [0, 1, 2])
  let reference = ConvolutionReferenceLayer(setup, rows: rows)
  let weights = arena.valueArrays[0].count
  let point = (input + arena.valueArrays.flatMap { $0 }).map(Double.init)
  func sum(_ point: [Double]) -> Double {
    let output = reference.output(
      input: Array(point[..<input.count]), weight: Array(point[input.count..<input.count + weights]),
      bias: Array(point[(input.count + weights)...]))
    return zip(output, outputGradient).reduce(0) { $0 + $1.0 * Double($1.1) }
  }
  let differences = finiteDifferences(of: sum, at: point)
  expectClose(
    "inputGradient", run.inputGradient.map(Double.init), Array(differences[..<input.count]), tolerance: 1e-4)
  expectClose(
    "weightGradient", run.gradients[0].map(Double.init),
    Array(differences[input.count..<input.count + weights]), tolerance: 1e-4)
  if setup.hasBias {
    expectClose(
      "biasGradient", run.gradients[1].map(Double.init), Array(differences[(input.count + weights)...]),
      tolerance: 1e-4)
  }
}

/// A layer keeps room for its largest batch; rows that were there before leave nothing behind.
@Test(arguments: setups) func aSmallerBatchLeavesNothingOfALargerOne(setup: ConvolutionSetup) throws {
  let layer = try setup.makeLayer()
  let arena = ParameterArena(layer.parameters)
  arena.initialize(seed: 1)
  layer.allocate(rows: 8)
  for rows in [8, 3, 8, 1] {
    let run = ConvolutionRun(
      layer, in: arena, input: setup.randomInput(rows), outputGradient: setup.randomOutputGradient(rows),
      offsets: evenOffsets(rows: rows, shards: 4))
    let fresh = try setup.run(rows: rows, offsets: evenOffsets(rows: rows, shards: 4))
    expectSameBits("output of \(rows)", run.output, fresh.output)
    expectSameBits("inputGradient of \(rows)", run.inputGradient, fresh.inputGradient)
    // The run begins with NaN in all gradients: they are written, not added to.
    expectSameBits("gradients of \(rows)", run.gradients.flatMap { $0 }, fresh.gradients.flatMap { $0 })
    #expect(run.gradients.allSatisfy { $0.allSatisfy(\.isFinite) })
  }
}

/// A rank may have no rows; its part of the sum is 0.
@Test(arguments: setups) func noRowsHaveNoGradient(setup: ConvolutionSetup) throws {
  for offsets in [[0, 0], [0, 0, 0, 0, 0]] {
    let run = try setup.run(rows: 0, offsets: offsets)
    #expect(run.output.isEmpty && run.inputGradient.isEmpty)
    #expect(run.gradients.allSatisfy { $0.allSatisfy { $0 == 0 } })
  }
}

/// The first layer of a model has no use for its input's gradient; the others don't depend on it.
@Test(arguments: setups) func gradientsDoNotDependOnTheInputsBeingWanted(setup: ConvolutionSetup) throws {
  let rows = 3
  let layer = try setup.makeLayer()
  let arena = ParameterArena(layer.parameters)
  arena.initialize(seed: 1)
  layer.allocate(rows: rows)
  let input = setup.randomInput(rows)
  var outputGradient = setup.randomOutputGradient(rows)
  let pass = Pass(rowCount: rows, team: singleThread)
  layer.forward(input: input, pass: pass)
  layer.backward(input: input, outputGradient: &outputGradient, inputGradient: nil, pass: pass)
  expectSameBits(
    "gradients", arena.gradientArrays.flatMap { $0 }, try setup.run(rows: rows).gradients.flatMap { $0 })
}

@Test func convolutionRowsWithoutRoomAreRefused() async {
  await #expect(processExitsWith: .failure) {
    let layer = try ConvolutionSetup(1, 1, 1, 1, kernel: 1).makeLayer()
    let arena = ParameterArena(layer.parameters)
    layer.allocate(rows: 2)
    layer.forward(input: [1, 2, 3], pass: Pass(rowCount: 3, team: singleThread))
    _ = arena
  }
  await #expect(processExitsWith: .failure) {
    let layer = try ConvolutionSetup(transposed: true, 1, 1, 1, 1, kernel: 1).makeLayer()
    let arena = ParameterArena(layer.parameters)
    layer.allocate(rows: 2)
    layer.forward(input: [1, 2, 3], pass: Pass(rowCount: 3, team: singleThread))
    _ = arena
  }
}
