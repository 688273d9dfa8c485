import TensorCore
import TestSupport
import Testing

// layers.safetensors: what PyTorch computes for single layers.

@Test(arguments: [
  DenseShape(rows: 5, inputs: 7, outputs: 3), DenseShape(rows: 13, inputs: 32, outputs: 20),
  DenseShape(rows: 16, inputs: 100, outputs: 24), DenseShape(rows: 9, inputs: 784, outputs: 10),
])
func linearLayersArePyTorchs(shape: DenseShape) throws {
  let fixture = try Fixture("layers")
  func expected(_ name: String) throws -> [Float] {
    try fixture.floats("linear.\(shape.testDescription).\(name)")
  }
  let (input, weight, bias) = try (expected("input"), expected("weight"), expected("bias"))
  let outputGradient = try expected("outputGradient")
  let (rows, inputs, outputs) = (shape.rows, shape.inputs, shape.outputs)
  let shards = ShardedRows(offsets: evenOffsets(rows: rows, shards: 4))

  var output = [Float](repeating: .nan, count: rows * outputs)
  denseForward(
    input: input, weight: weight, bias: bias, output: &output, rows: rows, inputs: inputs, outputs: outputs,
    team: singleThread)
  try expectClose("output", output, expected("output"), tolerance: 1e-6)

  var inputGradient = [Float](repeating: .nan, count: rows * inputs)
  denseInputGradient(
    outputGradient: outputGradient, weight: weight, inputGradient: &inputGradient, rows: rows, inputs: inputs,
    outputs: outputs, team: singleThread)
  try expectClose("inputGradient", inputGradient, expected("inputGradient"), tolerance: 1e-6)

  var weightGradient = [Float](repeating: .nan, count: outputs * inputs)
  denseWeightGradient(
    input: input, outputGradient: outputGradient, weightGradient: &weightGradient, rows: shards,
    inputs: inputs,
    outputs: outputs, team: singleThread)
  try expectClose("weightGradient", weightGradient, expected("weightGradient"), tolerance: 1e-6)

  var biasGradient = [Float](repeating: .nan, count: outputs)
  columnSums(outputGradient, into: &biasGradient, rows: shards, columns: outputs, team: singleThread)
  try expectClose("biasGradient", biasGradient, expected("biasGradient"), tolerance: 1e-6)
}
