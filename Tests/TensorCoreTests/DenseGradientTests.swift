import TensorCore
import TestSupport
import Testing

private let (rows, inputs, outputs) = (3, 5, 4)
private let input = doubles(rows * inputs, seed: 1)
private let weight = doubles(outputs * inputs, seed: 2)
private let bias = doubles(outputs, seed: 3)
private let outputGradient = doubles(rows * outputs, seed: 4)

private func doubles(_ count: Int, seed: UInt32) -> [Double] {
  randomFloats(count, seed: seed).map(Double.init)
}

/// A scalar whose derivative with respect to the layer's output is `outputGradient`.
private func objective(input: [Double], weight: [Double], bias: [Double]) -> Double {
  let output = denseForwardReference(
    input: input, weight: weight, bias: bias, rows: rows, inputs: inputs, outputs: outputs)
  return zip(output, outputGradient).reduce(0) { $0 + $1.0 * $1.1 }
}

@Test func referenceInputGradientIsTheDerivative() {
  expectGradient(
    of: { objective(input: $0, weight: weight, bias: bias) }, at: input,
    equals: denseInputGradientReference(
      outputGradient: outputGradient, weight: weight, rows: rows, inputs: inputs, outputs: outputs),
    tolerance: 1e-8)
}

@Test func referenceWeightGradientIsTheDerivative() {
  expectGradient(
    of: { objective(input: input, weight: $0, bias: bias) }, at: weight,
    equals: denseWeightGradientReference(
      input: input, outputGradient: outputGradient, rows: rows, inputs: inputs, outputs: outputs),
    tolerance: 1e-8)
}

@Test func referenceColumnSumsAreTheDerivativeByTheBias() {
  expectGradient(
    of: { objective(input: input, weight: weight, bias: $0) }, at: bias,
    equals: columnSumsReference(outputGradient, rows: rows, columns: outputs), tolerance: 1e-8)
}
