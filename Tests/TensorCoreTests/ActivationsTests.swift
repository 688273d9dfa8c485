import TensorCore
import Testing

/// Values on both sides of zero, zero itself, and a count that leaves a tail.
private let inputs: [Float] = (0..<45).map { (Float($0) - 22) * 0.31 }

@Test(arguments: Activation.allCases) func activationsMatchTheirReferences(activation: Activation) {
  let output = AlignedBuffer<Float>(count: inputs.count)
  activation.apply(inputs, to: output.pointer, count: inputs.count)
  for (x, y) in zip(inputs, output.array) {
    let expected = activation.reference(x)
    #expect(abs(y - expected) <= 3 * expected.ulp)
  }
}

@Test(arguments: Activation.allCases) func activationsWorkInPlace(activation: Activation) {
  let output = AlignedBuffer<Float>(count: inputs.count)
  activation.apply(inputs, to: output.pointer, count: inputs.count)
  let inPlace = AlignedBuffer(inputs)
  activation.apply(inPlace.pointer, to: inPlace.pointer, count: inputs.count)
  #expect(inPlace.array == output.array)
}

@Test(arguments: Activation.allCases) func backwardMultipliesByTheReferenceDerivative(activation: Activation)
{
  let outputs = inputs.map { activation.reference($0) }
  let gradient = AlignedBuffer((0..<inputs.count).map { 1.5 - Float($0) * 0.1 })
  let before = gradient.array
  activation.multiplyByDerivative(gradient.pointer, output: outputs, count: inputs.count)
  for ((product, factor), y) in zip(zip(gradient.array, before), outputs) {
    let expected = Double(factor) * activation.referenceDerivative(output: Double(y))
    #expect(abs(Double(product) - expected) <= 3e-7 * abs(expected))
  }
}

/// Away from zero, where relu and leaky relu have a kink.
@Test(arguments: Activation.allCases) func referenceDerivativeIsTheSlopeOfTheReference(activation: Activation)
{
  for x in [-2.3, -0.4, 0.3, 1.7] {
    let slope = (activation.reference(x + 1e-5) - activation.reference(x - 1e-5)) / 2e-5
    #expect(abs(activation.referenceDerivative(output: activation.reference(x)) - slope) < 1e-8)
  }
}

@Test(arguments: Activation.allCases) func activationsKeepNaN(activation: Activation) {
  let output = AlignedBuffer<Float>(count: 1)
  activation.apply([.nan], to: output.pointer, count: 1)
  #expect(output.pointer[0].isNaN)
}
