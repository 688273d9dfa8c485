import COpenBLAS
import TensorCore
import TestSupport
import Testing

// Values against the plain references in Double, within what rounding allows. `DenseProblem` also notices reads and
// writes outside the operands.

@Test(arguments: DenseShape.samples) func forwardIsTheReference(shape: DenseShape) {
  let problem = DenseProblem(shape)
  let (rows, inputs, outputs) = (shape.rows, shape.inputs, shape.outputs)
  for biased in [true, false] {
    let noBias = [Double](repeating: 0, count: outputs)
    let sums = denseForwardReference(
      input: problem.input.doubles, weight: problem.weight.doubles,
      bias: biased ? problem.bias.doubles : noBias,
      rows: rows, inputs: inputs, outputs: outputs)
    let magnitudes = denseForwardReference(
      input: problem.input.magnitudes, weight: problem.weight.magnitudes,
      bias: biased ? problem.bias.magnitudes : noBias, rows: rows, inputs: inputs, outputs: outputs)
    #expect(problem.forward(negativeSlope: 0, biased: biased).allSatisfy { $0.sign == .plus })
    for slope: Float in [1, 0, 0.2] {
      expectWithinRounding(
        "output, slope \(slope), bias \(biased)", problem.forward(negativeSlope: slope, biased: biased),
        exact: sums.map { $0 < 0 ? Double(slope) * $0 : $0 }, magnitudes: magnitudes, terms: inputs + 1)
    }
  }
}

@Test(arguments: DenseShape.samples) func inputGradientIsTheReference(shape: DenseShape) {
  let problem = DenseProblem(shape)
  func reference(_ outputGradient: [Double], _ weight: [Double]) -> [Double] {
    denseInputGradientReference(
      outputGradient: outputGradient, weight: weight, rows: shape.rows, inputs: shape.inputs,
      outputs: shape.outputs)
  }
  expectWithinRounding(
    "inputGradient", problem.inputGradient(),
    exact: reference(problem.outputGradient.doubles, problem.weight.doubles),
    magnitudes: reference(problem.outputGradient.magnitudes, problem.weight.magnitudes), terms: shape.outputs)
}

/// With even shards, and with ragged ones of which some are empty.
@Test(arguments: DenseShape.samples) func weightAndBiasGradientsAreTheReferences(shape: DenseShape) {
  let problem = DenseProblem(shape)
  let (rows, inputs, outputs) = (shape.rows, shape.inputs, shape.outputs)
  func reference(_ input: [Double], _ outputGradient: [Double]) -> [Double] {
    denseWeightGradientReference(
      input: input, outputGradient: outputGradient, rows: rows, inputs: inputs, outputs: outputs)
  }
  let weightGradient = reference(problem.input.doubles, problem.outputGradient.doubles)
  let weightMagnitudes = reference(problem.input.magnitudes, problem.outputGradient.magnitudes)
  let biasGradient = columnSumsReference(problem.outputGradient.doubles, rows: rows, columns: outputs)
  let biasMagnitudes = columnSumsReference(problem.outputGradient.magnitudes, rows: rows, columns: outputs)
  let ragged = [0, 0, rows / 3, rows / 3, rows / 2, rows, rows, rows, rows]
  for offsets in [
    [0, rows], evenOffsets(rows: rows, shards: 4), evenOffsets(rows: rows, shards: 16), ragged,
  ] {
    expectWithinRounding(
      "weightGradient, shards at \(offsets)", problem.weightGradient(offsets: offsets), exact: weightGradient,
      magnitudes: weightMagnitudes, terms: rows)
    expectWithinRounding(
      "biasGradient, shards at \(offsets)", problem.biasGradient(offsets: offsets), exact: biasGradient,
      magnitudes: biasMagnitudes, terms: rows)
  }
}

@Test(arguments: [13, 300]) func aBatchWithoutRowsHasZeroGradients(inputs: Int) {
  let problem = DenseProblem(DenseShape(rows: 0, inputs: inputs, outputs: 27))
  #expect(problem.forward().isEmpty && problem.inputGradient().isEmpty)
  #expect(problem.weightGradient(offsets: [0, 0, 0]).allSatisfy { $0 == 0 })
  #expect(problem.biasGradient(offsets: [0, 0, 0]).allSatisfy { $0 == 0 })
}

@Test func theRectifiersKeepNaN() {
  for inputs in [3, 300] {
    let problem = DenseProblem(DenseShape(rows: 1, inputs: inputs, outputs: 5))
    problem.input.pointer[1] = .nan
    for slope: Float in [1, 0, 0.2] {
      #expect(problem.forward(negativeSlope: slope).allSatisfy { $0.isNaN })
    }
  }
}

/// An oracle that shares no code with ours.
@Test(arguments: DenseShape.samples + [.packed]) func productsAreThoseOfOpenBLAS(shape: DenseShape) {
  let problem = DenseProblem(shape)
  let (rows, inputs, outputs) = (blasint(shape.rows), blasint(shape.inputs), blasint(shape.outputs))
  func product(
    _ left: FencedBuffer, transposed leftTransposed: Bool, _ right: FencedBuffer,
    transposed rightTransposed: Bool,
    _ m: blasint, _ n: blasint, _ k: blasint
  ) -> [Float] {
    var result = [Float](repeating: 0, count: Int(m * n))
    cblas_sgemm(
      CblasRowMajor, leftTransposed ? CblasTrans : CblasNoTrans, rightTransposed ? CblasTrans : CblasNoTrans,
      m, n,
      k, 1, left.pointer, leftTransposed ? m : k, right.pointer, rightTransposed ? k : n, 0, &result, n)
    return result
  }
  expectClose(
    "output", problem.forward(biased: false),
    product(problem.input, transposed: false, problem.weight, transposed: true, rows, outputs, inputs),
    tolerance: 1e-5)
  expectClose(
    "inputGradient", problem.inputGradient(),
    product(
      problem.outputGradient, transposed: false, problem.weight, transposed: false, rows, inputs, outputs),
    tolerance: 1e-5)
  expectClose(
    "weightGradient", problem.weightGradient(offsets: evenOffsets(rows: shape.rows, shards: 8)),
    product(
      problem.outputGradient, transposed: true, problem.input, transposed: false, outputs, inputs, rows),
    tolerance: 1e-5)
}
