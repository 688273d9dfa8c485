import TensorCore
import TestSupport
import Testing

// The order in which every element is summed is a contract: it is what makes a run's bytes independent of ranks, threads
// and versions. Numbers of wide exponents, so that another order shows.

/// Remainders of every tile, and both ways to multiply forward.
private let shapes = [
  DenseShape(rows: 17, inputs: 61, outputs: 45), DenseShape(rows: 11, inputs: 8, outputs: 32),
  DenseShape(rows: 14, inputs: 263, outputs: 39), DenseShape(rows: 16, inputs: 256, outputs: 16), .packed,
]

@Test(arguments: shapes) func shortRowsAreSummedTermByTerm(shape: DenseShape) {
  let problem = DenseProblem(shape, generate: wideFloats)
  if shape.inputs < dotProductLength {
    let output = elements(shape.rows, shape.outputs) { row, column in
      var sum: Float = 0
      for k in 0..<shape.inputs {
        sum.addProduct(
          problem.input.pointer[row * shape.inputs + k], problem.weight.pointer[column * shape.inputs + k])
      }
      return sum + problem.bias.pointer[column]
    }
    expectSameBits("output", problem.forward(), output)
  }
  let inputGradient = elements(shape.rows, shape.inputs) { row, k in
    var sum: Float = 0
    for column in 0..<shape.outputs {
      sum.addProduct(
        problem.outputGradient.pointer[row * shape.outputs + column],
        problem.weight.pointer[column * shape.inputs + k])
    }
    return sum
  }
  expectSameBits("inputGradient", problem.inputGradient(), inputGradient)
}

@Test(arguments: shapes.filter { $0.inputs >= dotProductLength })
func longRowsAreSummedInEightLanes(shape: DenseShape) {
  let problem = DenseProblem(shape, generate: wideFloats)
  let output = elements(shape.rows, shape.outputs) { row, column in
    var lanes = [Float](repeating: 0, count: 8)
    for k in 0..<shape.inputs {
      lanes[k % 8].addProduct(
        problem.input.pointer[row * shape.inputs + k], problem.weight.pointer[column * shape.inputs + k])
    }
    let quarters = (0..<4).map { lanes[$0] + lanes[$0 + 4] }
    return (quarters[0] + quarters[2]) + (quarters[1] + quarters[3]) + problem.bias.pointer[column]
  }
  expectSameBits("output", problem.forward(), output)
}

@Test(arguments: shapes, [false, true]) func aShardsGradientsAreSummedRowByRow(
  shape: DenseShape, sparse: Bool
) {
  let problem = DenseProblem(shape, generate: wideFloats)
  if sparse { problem.zeroBackground() }
  let weightGradient = elements(shape.outputs, shape.inputs) { column, k in
    var sum: Float = 0
    for row in 0..<shape.rows {
      sum.addProduct(
        problem.outputGradient.pointer[row * shape.outputs + column],
        problem.input.pointer[row * shape.inputs + k])
    }
    return sum
  }
  expectSameBits("weightGradient", problem.weightGradient(offsets: [0, shape.rows]), weightGradient)
  let biasGradient = elements(1, shape.outputs) { _, column in
    var sum: Float = 0
    for row in 0..<shape.rows { sum += problem.outputGradient.pointer[row * shape.outputs + column] }
    return sum
  }
  expectSameBits("biasGradient", problem.biasGradient(offsets: [0, shape.rows]), biasGradient)
}

/// What makes the number of ranks invisible on the way forward and back: a row's bits depend on that row alone.
@Test(arguments: shapes) func aRowsBitsDependOnNeitherItsPositionNorTheOthers(shape: DenseShape) {
  let problem = DenseProblem(shape, generate: wideFloats)
  let output = problem.forward(negativeSlope: 0.2)
  let inputGradient = problem.inputGradient()
  for first in 0..<shape.rows {
    for count in [1, 2, 3, 4, 5, 9] where first + count <= shape.rows {
      let part = FencedBuffer(count: count * shape.outputs)
      denseForward(
        input: problem.input.pointer + first * shape.inputs, weight: problem.weight.pointer,
        bias: problem.bias.pointer, output: part.pointer, rows: count, inputs: shape.inputs,
        outputs: shape.outputs, negativeSlope: 0.2, team: singleThread)
      expectSameBits("output", part.array, output[first * shape.outputs..<(first + count) * shape.outputs])
      let partGradient = FencedBuffer(count: count * shape.inputs)
      denseInputGradient(
        outputGradient: problem.outputGradient.pointer + first * shape.outputs,
        weight: problem.weight.pointer,
        inputGradient: partGradient.pointer, rows: count, inputs: shape.inputs, outputs: shape.outputs,
        team: singleThread)
      expectSameBits(
        "inputGradient", partGradient.array,
        inputGradient[first * shape.inputs..<(first + count) * shape.inputs])
    }
  }
}

/// n ranks that each sum their shards and then add up in the tree have the bits of one rank with all shards.
@Test(arguments: [1, 2, 4, 8, 16], [false, true])
func anyNumberOfRanksGivesTheBitsOfOne(shards: Int, sparse: Bool) {
  for shape in [
    DenseShape(rows: 107, inputs: 61, outputs: 45), DenseShape(rows: 16, inputs: 24, outputs: 31),
    DenseShape(rows: 9, inputs: 33, outputs: 21),
  ] {
    let problem = DenseProblem(shape, generate: wideFloats)
    if sparse { problem.zeroBackground() }
    let offsets = evenOffsets(rows: shape.rows, shards: shards)
    func parts(_ ranks: Int, _ sum: (Int, [Int]) -> [Float]) -> [[Float]] {
      (0..<ranks).map { rank in
        let own = offsets[(rank * shards / ranks)...((rank + 1) * shards / ranks)]
        return sum(own.first!, own.map { $0 - own.first! })
      }
    }
    let weightGradient = problem.weightGradient(offsets: offsets)
    let biasGradient = problem.biasGradient(offsets: offsets)
    for ranks in [1, 2, 4, 8, 16] where ranks <= shards {
      let weightParts = parts(ranks) { problem.weightGradient(firstRow: $0, offsets: $1) }
      let biasParts = parts(ranks) { problem.biasGradient(firstRow: $0, offsets: $1) }
      expectSameBits("weightGradient of \(ranks) ranks", treeSum(weightParts), weightGradient)
      expectSameBits("biasGradient of \(ranks) ranks", treeSum(biasParts), biasGradient)
      if ranks == shards && ranks >= 4 {
        expectDifferentBits("a wrong order", leftToRightSum(weightParts), weightGradient)
        expectDifferentBits("a wrong order", leftToRightSum(biasParts), biasGradient)
      }
    }
  }
}

@Test func shardsOfAnyLengthAreAddedInTheTree() {
  let shape = DenseShape(rows: 21, inputs: 25, outputs: 13)
  let problem = DenseProblem(shape, generate: wideFloats)
  let offsets = [0, 0, 9, 10, 10, 10, 17, 21, 21]
  let parts = zip(offsets, offsets.dropFirst()).map { first, end in
    problem.weightGradient(firstRow: first, offsets: [0, end - first])
  }
  expectSameBits("weightGradient", problem.weightGradient(offsets: offsets), treeSum(parts))
}

@Test func shardsOfANumberThatIsNoPowerOfTwoAreRefused() async {
  await #expect(processExitsWith: .failure) { _ = ShardedRows(offsets: [0, 1, 2, 3]) }
  await #expect(processExitsWith: .failure) { _ = ShardedRows(offsets: [0, 2, 1]) }
  await #expect(processExitsWith: .failure) { _ = ShardedRows(offsets: [1, 2]) }
}

private func elements(_ rows: Int, _ columns: Int, _ element: (Int, Int) -> Float) -> [Float] {
  (0..<rows * columns).map { element($0 / columns, $0 % columns) }
}
