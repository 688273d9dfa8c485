import TensorCore
import TestSupport
import Testing

// The direct convolution against the references in Double. `DirectProblem` also notices reads and writes outside the
// operands.

private let samples = ConvolutionGeometry.randomSamples + ConvolutionGeometry.modelSamples

private func finished(_ sums: [Double], bias: [Double]?, negativeSlope: Float) -> [Double] {
  sums.enumerated().map { index, sum in
    let value = sum + (bias.map { $0[index % $0.count] } ?? 0)
    return value < 0 ? Double(negativeSlope) * value : value
  }
}

@Test(arguments: samples) func directProductsAreTheReferences(geometry: ConvolutionGeometry) {
  let problem = DirectProblem(geometry, rows: geometry.fine.pixelCount > 300 ? 3 : 8)
  let (fine, coarse) = (problem.fine.doubles, problem.coarse.doubles)
  let weight = problem.weight.doubles
  let coarseSums = geometry.correlateReference(fine: fine, weight: weight, rows: problem.rows)
  let fineSums = geometry.spreadReference(coarse: coarse, weight: weight, rows: problem.rows)
  for (slope, biased): (Float, Bool) in [(1, false), (1, true), (0, true), (0.2, false)] {
    let coarseBias = biased ? problem.coarseBias.doubles : nil
    expectClose(
      "coarse", problem.correlate(negativeSlope: slope, biased: biased).map(Double.init),
      finished(coarseSums, bias: coarseBias, negativeSlope: slope), tolerance: 1e-5)
    let fineBias = biased ? problem.fineBias.doubles : nil
    expectClose(
      "fine", problem.spread(negativeSlope: slope, biased: biased).map(Double.init),
      finished(fineSums, bias: fineBias, negativeSlope: slope), tolerance: 1e-5)
  }
  let weightGradient = geometry.weightGradientReference(fine: fine, coarse: coarse, rows: problem.rows)
  let rows = problem.rows
  for offsets in [
    [0, rows], evenOffsets(rows: rows, shards: 4), [0, 0, 1, 1, rows, rows, rows, rows, rows],
  ] {
    expectClose(
      "weightGradient, shards at \(offsets)", problem.weightGradient(offsets: offsets).map(Double.init),
      weightGradient, tolerance: 1e-5)
  }
}

@Test func noRowsHaveNoProductsAndAZeroGradient() {
  for geometry in ConvolutionGeometry.modelSamples {
    let problem = DirectProblem(geometry, rows: 0)
    #expect(problem.correlate().isEmpty && problem.spread().isEmpty)
    #expect(problem.weightGradient(offsets: [0, 0, 0]).allSatisfy { $0 == 0 })
  }
}

/// A NaN reaches every element that has it among its terms, and no other.
@Test(arguments: ConvolutionGeometry.modelSamples) func directProductsPassNaNOn(geometry: ConvolutionGeometry)
{
  let problem = DirectProblem(geometry, rows: 2)
  problem.fine.pointer[geometry.fine.count / 2] = .nan
  problem.coarse.pointer[geometry.coarse.count / 2] = .nan
  let (fine, coarse) = (problem.fine.doubles, problem.coarse.doubles)
  let weight = problem.weight.doubles
  let coarseSums = geometry.correlateReference(fine: fine, weight: weight, rows: 2)
  let fineSums = geometry.spreadReference(coarse: coarse, weight: weight, rows: 2)
  for slope: Float in [1, 0, 0.2] {
    #expect(problem.correlate(negativeSlope: slope).map(\.isNaN) == coarseSums.map(\.isNaN))
    #expect(problem.spread(negativeSlope: slope).map(\.isNaN) == fineSums.map(\.isNaN))
  }
  let gradient = geometry.weightGradientReference(fine: fine, coarse: coarse, rows: 2)
  let isNaN = problem.weightGradient(offsets: [0, 2]).map(\.isNaN)
  #expect(zip(isNaN, gradient).allSatisfy { $0 || !$1.isNaN })
}
