import NeuralNet
import TensorCore
import TestSupport
import Testing

/// So that a fixture that can't be read is not a test without cases.
@Test func theConvolutionFixturesAreThere() {
  #expect(ConvolutionFixture.all.count { $0.setup.padding != .same } == 67)
  #expect(ConvolutionFixture.all.count { $0.setup.padding == .same } == 68)
}

/// Values and all gradients within DESIGN 8's bounds.
@Test(arguments: ConvolutionFixture.all)
func convolutionLayersArePyTorchsAndKerass(fixture: ConvolutionFixture) throws {
  let layer = try fixture.setup.makeLayer()
  #expect(layer.inputCount == fixture.setup.input.count && layer.outputCount == fixture.outputShape.count)
  let arena = ParameterArena(layer.parameters)
  arena.load { $0.name.hasSuffix("weight") ? fixture.weight : fixture.bias }
  layer.allocate(rows: fixture.rows)
  let run = ConvolutionRun(
    layer, in: arena, input: fixture.input, outputGradient: fixture.outputGradient,
    offsets: evenOffsets(rows: fixture.rows, shards: 4))
  expectClose("output", run.output, fixture.output, tolerance: fixture.setup.tolerance)
  expectClose("inputGradient", run.inputGradient, fixture.inputGradient, tolerance: 1e-4)
  expectClose("weightGradient", run.gradients[0], fixture.weightGradient, tolerance: 1e-4)
  if fixture.setup.hasBias {
    expectClose("biasGradient", run.gradients[1], fixture.biasGradient, tolerance: 1e-4)
  } else {
    #expect(run.gradients.count == 1)
  }
}

/// The references in Double, which the fast kernels are tested against: what differs is the libraries' own rounding.
@Test(arguments: ConvolutionFixture.all)
func convolutionReferencesArePyTorchsAndKerass(fixture: ConvolutionFixture) {
  let reference = ConvolutionReferenceLayer(fixture.setup, rows: fixture.rows)
  #expect(
    (fixture.setup.isTransposed ? reference.geometry.fine : reference.geometry.coarse) == fixture.outputShape)
  let (input, weight) = (fixture.input.map(Double.init), fixture.weight.map(Double.init))
  let output = reference.output(input: input, weight: weight, bias: fixture.bias.map(Double.init))
  let gradients = reference.gradients(
    input: input, weight: weight, output: output, outputGradient: fixture.outputGradient.map(Double.init))
  expectClose("output", output, fixture.output.map(Double.init), tolerance: 2e-6)
  expectClose("inputGradient", gradients.input, fixture.inputGradient.map(Double.init), tolerance: 1e-5)
  expectClose("weightGradient", gradients.weight, fixture.weightGradient.map(Double.init), tolerance: 1e-5)
  if fixture.setup.hasBias {
    expectClose("biasGradient", gradients.bias, fixture.biasGradient.map(Double.init), tolerance: 1e-5)
  }
}
