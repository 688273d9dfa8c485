import TestSupport
import Testing

@Test(arguments: ["layers", "dense_ae_torch", "dense_ae_keras", "optimizers", "ssim"])
func everyFixtureIsReadable(name: String) throws {
  #expect(try !Fixture(name).names(under: "").isEmpty)
}

@Test func aFixtureGivesElementsShapesAndNames() throws {
  let fixture = try Fixture("dense_ae_torch")
  #expect(try fixture.shape("images") == [24, 784])
  #expect(try fixture.bytes("images").max() == 255)
  #expect(try fixture.floats("sgd.losses").count == 10)
  #expect(fixture.names(under: "initial.").first == "decoder.dense1.bias")
  #expect(fixture.names(under: "initial.").count == 12)
  #expect(throws: (any Error).self) { try fixture.floats("absent") }
  #expect(throws: (any Error).self) { try fixture.floats("images") }
}

@Test func aLinearLayerOfPlainLoopsMatchesPyTorch() throws {
  let fixture = try Fixture("layers")
  let name = "linear.13x32x20"
  let (rows, inputs, outputs) = (13, 32, 20)
  let input = try fixture.floats("\(name).input")
  let weight = try fixture.floats("\(name).weight")
  let bias = try fixture.floats("\(name).bias")
  let output = (0..<rows * outputs).map { index in
    let (row, column) = (index / outputs, index % outputs)
    return bias[column]
      + (0..<inputs).reduce(0) { $0 + input[row * inputs + $1] * weight[column * inputs + $1] }
  }
  expectClose("\(name).output", output, try fixture.floats("\(name).output"), tolerance: 1e-5)
}
