import NeuralNet
import TensorCore
import TestSupport
import Testing

private let shape = ImageShape(height: 3, width: 2, channels: 5)

/// Samples whose features have means and deviations of their own, one of them none at all.
private func images(_ rows: Int, of shape: ImageShape = shape, seed: UInt32) -> [Float] {
  randomFloats(rows * shape.count, seed: seed).enumerated().map { place, value in
    let feature = place % shape.count
    return feature == 4 ? 0.75 : value * Float(1 + feature % 7) + Float(feature % 3) - 1
  }
}

@Test func theReferencesGradientIsTheDerivative() {
  let reference = MinibatchStandardDeviationReference(shape: shape)
  // The feature without a deviation has one as steep as a root near zero: too curved for finite differences.
  let input = randomFloats(4 * shape.count, seed: 3).map(Double.init)
  let outputGradient = randomFloats(4 * 6 * 6, seed: 4).map(Double.init)
  expectGradient(
    of: { zip(reference.append($0), outputGradient).reduce(0) { $0 + $1.0 * $1.1 } }, at: input,
    equals: reference.gradient(input, outputGradient: outputGradient))
}

@Test(arguments: [(3, 2, 5), (1, 1, 20), (2, 2, 33), (2, 3, 8)])
func theDeviationOfTheBatchIsItsReference(height: Int, width: Int, channels: Int) {
  let shape = ImageShape(height: height, width: width, channels: channels)
  let layer = MinibatchStandardDeviation(input: shape)
  #expect(layer.outputShape == ImageShape(height: height, width: width, channels: channels + 1))
  let input = images(7, of: shape, seed: 5)
  let outputGradient = randomFloats(7 * layer.outputCount, seed: 6)
  let reference = MinibatchStandardDeviationReference(shape: shape)
  let wide = input.map(Double.init)
  // The rows at hand, outside training, are the same batch.
  for pass in [trainingPass([0, 1, 1, 5, 7]), Pass(rowCount: 7, team: singleThread)] {
    let result = run(layer, input: input, outputGradient: outputGradient, rows: 7, pass: pass)
    expectClose("output", result.output.map(Double.init), reference.append(wide), tolerance: 1e-7)
    expectClose(
      "input", result.inputGradient.map(Double.init),
      reference.gradient(wide, outputGradient: outputGradient.map(Double.init)), tolerance: 1e-6)
  }
}

@Test func aPassWithoutGradientsOfParametersGoesBackAlike() {
  let layer = MinibatchStandardDeviation(input: shape)
  let input = images(3, seed: 7)
  let outputGradient = randomFloats(3 * layer.outputCount, seed: 8)
  let pass = trainingPass([0, 1, 3])
  let (with, without) = (
    run(layer, input: input, outputGradient: outputGradient, rows: 3, pass: pass),
    run(
      layer, input: input, outputGradient: outputGradient, rows: 3, pass: pass.withoutParameterGradients)
  )
  expectSameBits("input", with.inputGradient, without.inputGradient)
}

/// Samples that are all alike differ by √1e-8, and nothing is infinite.
@Test func equalSamplesAreWellDefined() {
  let layer = MinibatchStandardDeviation(input: ImageShape(height: 1, width: 1, channels: 2))
  for rows in [1, 4] {
    let result = run(
      layer, input: (0..<rows).flatMap { _ in [10, -20] as [Float] },
      outputGradient: [Float](repeating: 1, count: 3 * rows), rows: rows,
      pass: trainingPass([0, 0, 0, 0, rows]))
    #expect(result.output == (0..<rows).flatMap { _ in [10, -20, 1e-4] as [Float] })
    #expect(result.inputGradient == [Float](repeating: 1, count: 2 * rows))
  }
}

@Test(arguments: ["6x2x5x3", "11x3x4x13", "1x2x2x9", "9x1x1x20"])
func minibatchDeviationIsThatOfPyTorch(sizes: String) throws {
  let fixture = try Fixture("deviation")
  let numbers = sizes.split(separator: "x").map { Int($0)! }
  let rows = numbers[0]
  let layer = MinibatchStandardDeviation(
    input: ImageShape(height: numbers[1], width: numbers[2], channels: numbers[3]))
  func images(_ name: String, _ shape: ImageShape) throws -> [Float] {
    shape.channelsLastReference(try fixture.floats("layer.\(sizes).\(name)"), rows: rows)
  }
  let result = run(
    layer, input: try images("input", layer.inputShape),
    outputGradient: try images("outputGradient", layer.outputShape), rows: rows,
    pass: trainingPass([0, 0, 1, 1, rows]))
  try expectClose("output", result.output, images("output", layer.outputShape), tolerance: 1e-6)
  try expectClose(
    "inputGradient", result.inputGradient, images("inputGradient", layer.inputShape), tolerance: 1e-6)
}

private let shards = 8

private struct RankResult: Sendable {
  var outputs: [Float] = []
  var inputGradients: [Float] = []
}

/// A training step over `rows` rows on `count` ranks: what each rank has of it.
private func ranks(_ count: Int, rows: Int, threads: Int = 1) -> [RankResult] {
  let offsets = evenOffsets(rows: rows, shards: shards)
  return onRanks(count) { rank, sums in
    let layer = MinibatchStandardDeviation(input: shape)
    let own = Array(offsets[(rank * shards / count)...((rank + 1) * shards / count)])
    let (first, last) = (own.first!, own.last!)
    let (inputs, outputs) = (layer.inputCount, layer.outputCount)
    // An array of a rank without rows may have no address.
    let result = run(
      layer, input: Array(wideFloats(rows * inputs, seed: 10)[first * inputs..<last * inputs]) + [0],
      outputGradient: Array(wideFloats(rows * outputs, seed: 20)[first * outputs..<last * outputs]) + [0],
      rows: last - first,
      pass: trainingPass(own.map { $0 - first }, team: ThreadTeam(count: threads), sums: sums))
    return RankResult(outputs: result.output, inputGradients: Array(result.inputGradient.dropLast()))
  }
}

/// Ragged batches, one smaller than the number of shards, so that some ranks have no rows.
@Test(arguments: [37, 3, 16]) func minibatchDeviationHasTheBitsOfOneRankOnAny(rows: Int) {
  let alone = ranks(1, rows: rows)[0]
  #expect(alone.inputGradients.allSatisfy(\.isFinite) && alone.outputs.allSatisfy(\.isFinite))
  for count in [2, 4, 8] {
    let together = ranks(count, rows: rows)
    expectSameBits("outputs of \(count) ranks", together.flatMap(\.outputs), alone.outputs)
    expectSameBits("input gradients", together.flatMap(\.inputGradients), alone.inputGradients)
  }
  let threads = ranks(1, rows: rows, threads: 3)[0]
  expectSameBits("outputs of 3 threads", threads.outputs, alone.outputs)
  expectSameBits("input gradients", threads.inputGradients, alone.inputGradients)
}
