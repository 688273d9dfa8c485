import TensorCore

/// A convolution layer or a transposed one in Double, from the references of its geometry.
struct ConvolutionReferenceLayer {
  let setup: ConvolutionSetup
  let geometry: ConvolutionGeometry
  let rows: Int

  init(_ setup: ConvolutionSetup, rows: Int) {
    self.setup = setup
    geometry = setup.geometry
    self.rows = rows
  }

  /// - Parameter bias: empty where the layer has none.
  func output(input: [Double], weight: [Double], bias: [Double]) -> [Double] {
    let sums =
      setup.isTransposed
      ? geometry.spreadReference(coarse: input, weight: weight, rows: rows)
      : geometry.correlateReference(fine: input, weight: weight, rows: rows)
    return sums.enumerated().map { index, sum in
      setup.activation.reference(sum + (bias.isEmpty ? 0 : bias[index % setup.channels]))
    }
  }

  /// The gradients of the input, the weight and the bias.
  func gradients(
    input: [Double], weight: [Double], output: [Double], outputGradient: [Double]
  ) -> (input: [Double], weight: [Double], bias: [Double]) {
    let gradient = zip(outputGradient, output).map { $0 * setup.activation.referenceDerivative(output: $1) }
    var bias = [Double](repeating: 0, count: setup.channels)
    for (index, value) in gradient.enumerated() { bias[index % setup.channels] += value }
    if setup.isTransposed {
      return (
        geometry.correlateReference(fine: gradient, weight: weight, rows: rows),
        geometry.weightGradientReference(fine: gradient, coarse: input, rows: rows), bias
      )
    }
    return (
      geometry.spreadReference(coarse: gradient, weight: weight, rows: rows),
      geometry.weightGradientReference(fine: input, coarse: gradient, rows: rows), bias
    )
  }
}
