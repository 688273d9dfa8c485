import NeuralNet
import TensorCore
import TestSupport
import Testing

// The same rows give the same bits whoever computes them: all layers on images, with batch normalization and dropout, on
// simulated ranks.

private let shards = 8
private let input = ImageShape(height: 7, width: 5, channels: 3)

private func makeLayers(_ scope: BatchNormScope) throws -> Sequential {
  let first = try BatchNorm2D(
    "norm1", input: input, scope: scope, activation: .leakyReLU, conventions: .torch)
  let convolution = try Convolution2D(
    "conv", input: input, channels: 9, activation: .relu, conventions: .torch)
  let pool = try MaxPool2D("pool", input: convolution.outputShape)
  let second = try BatchNorm2D(
    "norm2", input: pool.outputShape, scope: scope, activation: .tanh, conventions: .keras)
  let up = try Upsample2D("up", input: second.shape)
  let average = try AveragePool2D("average", input: up.outputShape, size: 3, stride: 1)
  return Sequential([
    first, convolution, pool, second, up, average,
    try Dropout("dropout", count: average.outputCount, rate: 0.4, stream: 1),
    Flatten(input: average.outputShape),
    Dense("dense", inputs: average.outputCount, outputs: 6, activation: .identity, conventions: .torch),
  ])
}

private struct RankResult: Sendable {
  var outputs: [Float] = []
  var inputGradients: [Float] = []
  var gradients: [Float] = []
  var running: [[Float]] = []
}

/// Two training steps over `rows` rows on `count` ranks; what each rank has after the second.
private func ranks(
  _ count: Int, rows: Int, scope: BatchNormScope, threads: Int = 1
) -> [RankResult] {
  let offsets = evenOffsets(rows: rows, shards: shards)
  return onRanks(count) { rank, sums in
    let model = try! makeLayers(scope)
    let arena = ParameterArena(model.parameters)
    arena.initialize(seed: 9)
    let own = Array(offsets[(rank * shards / count)...((rank + 1) * shards / count)])
    let (first, last) = (own.first!, own.last!)
    model.allocate(rows: last - first)
    let team = ThreadTeam(count: threads)
    var result = RankResult()
    for step in 0..<2 {
      // An array of a rank without rows may have no address.
      let images =
        Array(
          wideFloats(rows * input.count, seed: UInt32(10 + step))[first * input.count..<last * input.count])
        + [0]
      var gradient = Array(wideFloats(rows * 6, seed: UInt32(20 + step))[first * 6..<last * 6]) + [0]
      let pass = Pass(
        rows: ShardedRows(offsets: own.map { $0 - first }), team: team,
        training: TrainingPass(
          seed: 5, step: step, sampleIndices: (0..<Int32(rows)).map { 1000 - 7 * $0 }[first..<last],
          sums: sums))
      let output = model.forward(input: images, pass: pass)
      result.outputs = Array(UnsafeBufferPointer(start: output, count: (last - first) * 6))
      let inputGradient = model.backward(
        input: images, outputGradient: &gradient, wantsInputGradient: true, pass: pass)!
      result.inputGradients = Array(
        UnsafeBufferPointer(start: inputGradient, count: (last - first) * input.count))
    }
    result.gradients = arena.gradients.array
    result.running = model.runningTensors.map(\.array)
    return result
  }
}

/// Ragged batches, one smaller than the number of shards, so that some ranks have no rows.
@Test(arguments: [37, 3, 16], BatchNormScope.allCases)
func imageLayersGiveTheBitsOfOneRankOnAny(rows: Int, scope: BatchNormScope) {
  let alone = ranks(1, rows: rows, scope: scope)[0]
  #expect(alone.gradients.allSatisfy { $0.isFinite } && alone.gradients.contains { $0 != 0 })
  for count in [2, 4, 8] {
    let together = ranks(count, rows: rows, scope: scope)
    expectSameBits("outputs of \(count) ranks", together.flatMap(\.outputs), alone.outputs)
    expectSameBits("input gradients", together.flatMap(\.inputGradients), alone.inputGradients)
    expectSameBits("gradients", treeSum(together.map(\.gradients)), alone.gradients)
    for rank in together {
      expectSameBits("running", rank.running.flatMap { $0 }, alone.running.flatMap { $0 })
    }
    if count == 8 && rows >= 8 {
      expectDifferentBits("a wrong order", leftToRightSum(together.map(\.gradients)), alone.gradients)
    }
  }
}

@Test(arguments: BatchNormScope.allCases)
func imageLayersGiveTheBitsOfOneThreadOnAny(scope: BatchNormScope) {
  let alone = ranks(1, rows: 13, scope: scope)[0]
  for threads in [2, 3] {
    let together = ranks(1, rows: 13, scope: scope, threads: threads)[0]
    expectSameBits("outputs", together.outputs, alone.outputs)
    expectSameBits("input gradients", together.inputGradients, alone.inputGradients)
    expectSameBits("gradients", together.gradients, alone.gradients)
    expectSameBits("running", together.running.flatMap { $0 }, alone.running.flatMap { $0 })
  }
}
