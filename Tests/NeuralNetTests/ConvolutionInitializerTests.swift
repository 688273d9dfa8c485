import NeuralNet
import TensorCore
import TestSupport
import Testing

/// The largest of many values that PyTorch or Keras drew lies just below the bound that our layer draws within.
@Test(arguments: Conventions.allCases, [false, true])
func convolutionsDrawWithinTheLibrarysBounds(conventions: Conventions, isTransposed: Bool) throws {
  let fixture = try Fixture("convolutions_\(conventions.rawValue)")
  let prefix = "initial.\(isTransposed ? "transposed" : "convolution")."
  let cases = fixture.names(under: prefix).filter { $0.hasSuffix(".sizes") }.map {
    $0.dropLast(".sizes".count)
  }
  #expect(cases.count == 3)
  for name in cases {
    let sizes = try fixture.floats("\(prefix)\(name).sizes").map { Int($0) }
    let largest = try fixture.floats("\(prefix)\(name).largest")
    let setup = ConvolutionSetup(
      transposed: isTransposed, 5, 5, sizes[1], sizes[2], kernel: sizes[0])
    let parameters = try setup.makeLayer(conventions: conventions).parameters
    for (parameter, theirs) in zip(parameters, largest) {
      switch parameter.initializer {
      case .uniform(let bound):
        // A value may be rounded up to the bound.
        #expect(
          theirs <= bound * (1 + 1e-6) && theirs > 0.99 * bound, "\(setup.testDescription) \(parameter.name)")
      case .constant(let value): #expect(theirs == value, "\(setup.testDescription) \(parameter.name)")
      case .normal: Issue.record("\(setup.testDescription): \(parameter.name) is normal")
      }
    }
    let expectedShape = (isTransposed ? [sizes[1], sizes[2]] : [sizes[2], sizes[1]]) + [sizes[0], sizes[0]]
    #expect(parameters.map(\.shape) == [expectedShape, [sizes[2]]])
    #expect(parameters.map(\.name) == ["layer.weight", "layer.bias"])
  }
}

@Test func aLayerWithoutBiasHasOnlyItsWeight() throws {
  for isTransposed in [false, true] {
    let setup = ConvolutionSetup(transposed: isTransposed, 5, 5, 3, 2, kernel: 3, hasBias: false)
    #expect(try setup.makeLayer().parameters.map(\.name) == ["layer.weight"])
  }
}
