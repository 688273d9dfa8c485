import Diagnostics
import NeuralNet
import TensorCore
import Testing

/// A setup that no layer can be built from, and what is said about it.
private struct Misfit: CustomTestStringConvertible, Sendable {
  let setup: ConvolutionSetup
  let failure: Failure

  init(_ setup: ConvolutionSetup, _ message: String, help: String) {
    self.setup = setup
    failure = Failure(.usage, message, help: help)
  }

  var testDescription: String { failure.message }
}

private let misfits =
  [false, true].flatMap { isTransposed in
    [
      Misfit(
        ConvolutionSetup(transposed: isTransposed, 5, 5, 1, 0, kernel: 3),
        "layer: its channels can't be 0", help: "give at least 1"),
      Misfit(
        ConvolutionSetup(transposed: isTransposed, 5, 5, 1, -4, kernel: 3),
        "layer: its channels can't be -4", help: "give at least 1"),
      Misfit(
        ConvolutionSetup(transposed: isTransposed, 5, 5, 1, 1, kernel: 0),
        "layer: its kernel can't be 0", help: "give at least 1"),
      Misfit(
        ConvolutionSetup(transposed: isTransposed, 5, 5, 1, 1, kernel: 3, stride: 0),
        "layer: its stride can't be 0", help: "give at least 1"),
    ]
  } + [
    Misfit(
      ConvolutionSetup(4, 7, 3, 8, kernel: 5, padding: .symmetric(0)),
      "layer: a 5x5 kernel does not fit into 4x7x3 pixels and their padding",
      help: "use larger images, or a smaller kernel"),
    Misfit(
      ConvolutionSetup(7, 2, 3, 8, kernel: 5, stride: 2, padding: .symmetric(1)),
      "layer: a 5x5 kernel does not fit into 7x2x3 pixels and their padding",
      help: "use larger images, or a smaller kernel"),
    Misfit(
      ConvolutionSetup(transposed: true, 2, 9, 3, 8, kernel: 1, padding: .symmetric(1)),
      "layer: its padding leaves nothing of the output of 2x9x3 pixels",
      help: "use larger images, or less padding"),
    Misfit(
      ConvolutionSetup(transposed: true, 9, 1, 3, 8, kernel: 3, stride: 2, padding: .symmetric(2)),
      "layer: its padding leaves nothing of the output of 9x1x3 pixels",
      help: "use larger images, or less padding"),
    Misfit(
      ConvolutionSetup(
        transposed: true, 7, 7, 3, 8, kernel: 3, stride: 2, padding: .symmetric(1), outputPadding: 2),
      "layer: its output padding can't be 2 with stride 2", help: "give 0 to 1"),
    Misfit(
      ConvolutionSetup(
        transposed: true, 7, 7, 3, 8, kernel: 3, stride: 2, padding: .symmetric(1), outputPadding: -1),
      "layer: its output padding can't be -1 with stride 2", help: "give 0 to 1"),
    Misfit(
      ConvolutionSetup(transposed: true, 7, 7, 3, 8, kernel: 3, stride: 2, outputPadding: 1),
      "layer: its output padding can't be 1 with same padding",
      help: "give 0: the output has 2 times the side already"),
  ]

/// When the layer is built, not in its first pass.
@Test(arguments: misfits) private func sizesThatDoNotFitAreNamed(misfit: Misfit) {
  #expect(throws: misfit.failure) { try misfit.setup.makeLayer() }
  #expect(misfit.failure.code.rawValue == 64)
}

/// The smallest sizes that do fit.
@Test func sizesThatJustFitAreTaken() throws {
  let setups = [
    ConvolutionSetup(5, 5, 1, 1, kernel: 5, padding: .symmetric(0)),
    ConvolutionSetup(3, 3, 1, 1, kernel: 5, stride: 3, padding: .symmetric(1)),
    ConvolutionSetup(1, 1, 1, 1, kernel: 5, stride: 3),
    ConvolutionSetup(transposed: true, 1, 1, 1, 1, kernel: 3, padding: .symmetric(1)),
    ConvolutionSetup(
      transposed: true, 1, 1, 1, 1, kernel: 3, stride: 3, padding: .symmetric(2), outputPadding: 2),
  ]
  for setup in setups { #expect(try setup.makeLayer().outputCount == 1, "\(setup.testDescription)") }
}
