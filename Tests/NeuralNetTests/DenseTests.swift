import NeuralNet
import TensorCore
import TestSupport
import Testing

/// A layer alone, with every activation and both ways to multiply, against the references in Double.
@Test(arguments: Activation.allCases, [9, 260]) func aLayerIsItsReference(activation: Activation, inputs: Int)
{
  let (rows, outputs) = (6, 13)
  let layer = Dense("layer", inputs: inputs, outputs: outputs, activation: activation, conventions: .torch)
  let arena = ParameterArena(layer.parameters)
  arena.initialize(seed: 1)
  let input = randomFloats(rows * inputs, seed: 2)
  let outputGradient = randomFloats(rows * outputs, seed: 3)
  layer.allocate(rows: rows)
  let pass = Pass(rows: ShardedRows(offsets: [0, 1, 1, 4, 6]), team: singleThread)
  layer.forward(input: input, pass: pass)
  var overwritten = outputGradient
  var inputGradient = [Float](repeating: .nan, count: rows * inputs)
  layer.backward(
    input: input, outputGradient: &overwritten, inputGradient: &inputGradient, pass: pass)

  let wide = input.map(Double.init)
  let (weight, bias) = (arena.valueArrays[0].map(Double.init), arena.valueArrays[1].map(Double.init))
  let expected = denseForwardReference(
    input: wide, weight: weight, bias: bias, rows: rows, inputs: inputs, outputs: outputs
  ).map { activation.reference($0) }
  let gradient = zip(outputGradient, expected).map { Double($0) * activation.referenceDerivative(output: $1) }
  let output = (0..<rows * outputs).map { Double(layer.output[$0]) }
  expectClose("output", output, expected, tolerance: 2e-6)
  expectClose(
    "inputGradient", inputGradient.map(Double.init),
    denseInputGradientReference(
      outputGradient: gradient, weight: weight, rows: rows, inputs: inputs, outputs: outputs), tolerance: 2e-6
  )
  expectClose(
    "weightGradient", arena.gradientArrays[0].map(Double.init),
    denseWeightGradientReference(
      input: wide, outputGradient: gradient, rows: rows, inputs: inputs, outputs: outputs), tolerance: 2e-6)
  expectClose(
    "biasGradient", arena.gradientArrays[1].map(Double.init),
    columnSumsReference(gradient, rows: rows, columns: outputs), tolerance: 2e-6)
}

@Test func gradientsAreWrittenNotAdded() {
  let layer = Dense("layer", inputs: 5, outputs: 3, activation: .tanh, conventions: .torch)
  let arena = ParameterArena(layer.parameters)
  arena.initialize(seed: 1)
  let input = randomFloats(10, seed: 2)
  layer.allocate(rows: 2)
  let pass = Pass(rowCount: 2, team: singleThread)
  layer.forward(input: input, pass: pass)
  var gradients: [[Float]] = []
  for _ in 0..<2 {
    var outputGradient = randomFloats(6, seed: 3)
    layer.backward(
      input: input, outputGradient: &outputGradient, inputGradient: nil, pass: pass)
    gradients.append(arena.gradients.array)
  }
  #expect(gradients[0] == gradients[1])
}

@Test func rowsWithoutRoomAreRefused() async {
  await #expect(processExitsWith: .failure) {
    let layer = Dense("layer", inputs: 1, outputs: 1, activation: .relu, conventions: .keras)
    let arena = ParameterArena(layer.parameters)
    layer.allocate(rows: 2)
    layer.forward(input: [1, 2, 3], pass: Pass(rowCount: 3, team: singleThread))
    _ = arena
  }
}
