import Artifacts
import TensorCore
import TestSupport
import Testing

/// PyTorch's activations and their gradients at 1003 points (Tests/Fixtures/README.md).
@Test(arguments: [Activation.relu, .leakyReLU, .sigmoid, .tanh])
func activationsAreThoseOfPyTorch(activation: Activation) throws {
  let folder = String(#filePath.dropLast("TensorCoreTests/ActivationFixtureTests.swift".count))
  let file = try SafeTensorsFile(reading: folder + "Fixtures/data/layers.safetensors")
  func tensor(_ name: String) throws -> [Float] { try #require(file["activation." + name]?.elements()) }
  let input = try tensor("input")
  let output = AlignedBuffer<Float>(count: input.count)
  activation.apply(input, to: output.pointer, count: input.count)
  expectClose("output", output.array, try tensor(activation.rawValue + ".output"), tolerance: 3e-7)
  let gradient = AlignedBuffer(try tensor("outputGradient"))
  activation.multiplyByDerivative(gradient.pointer, output: output.pointer, count: input.count)
  expectClose(
    "gradient", gradient.array, try tensor(activation.rawValue + ".inputGradient"), tolerance: 3e-7)
}
