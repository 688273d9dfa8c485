import NeuralNet
import TensorCore
import TestSupport

/// Takes rows forward through a layer and a gradient back.
///
/// - Parameter pass: one shard outside training by default.
func run(
  _ layer: some Layer, input: [Float], outputGradient: [Float], rows: Int, pass: Pass? = nil
) -> (output: [Float], inputGradient: [Float]) {
  layer.allocate(rows: rows)
  let pass = pass ?? Pass(rowCount: rows, team: singleThread)
  var gradient = outputGradient
  var inputGradient = [Float](repeating: .nan, count: input.count)
  layer.forward(input: input, pass: pass)
  let output = Array(UnsafeBufferPointer(start: layer.output, count: rows * layer.outputCount))
  layer.backward(
    input: input, outputGradient: &gradient, inputGradient: &inputGradient, pass: pass)
  return (output, inputGradient)
}
