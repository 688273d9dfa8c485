import TensorCore
import TestSupport
import Testing

/// The sizes of a dense layer.
struct DenseShape: CustomTestStringConvertible, Sendable {
  var rows: Int
  var inputs: Int
  var outputs: Int

  var testDescription: String { "\(rows)x\(inputs)x\(outputs)" }

  /// Every remainder of the tiles (rows of 3 and 4; columns of 4, 8, 16, 24), both ways to multiply forward, and the
  /// shapes of `dense-ae`.
  static let samples: [DenseShape] =
    (random(48, inputs: 1...40, outputs: 1...50, seed: 1)
      + random(12, inputs: 250...300, outputs: 1...20, seed: 2))
    + [
      DenseShape(rows: 1, inputs: 1, outputs: 1), DenseShape(rows: 4, inputs: 8, outputs: 24),
      DenseShape(rows: 3, inputs: 255, outputs: 32), DenseShape(rows: 3, inputs: 256, outputs: 32),
      DenseShape(rows: 8, inputs: 784, outputs: 128), DenseShape(rows: 7, inputs: 128, outputs: 784),
    ]

  /// Large enough for the input gradient to copy columns of the weight together, with every remainder.
  static let packed = DenseShape(rows: 67, inputs: 300, outputs: 117)

  private static func random(
    _ count: Int, inputs: ClosedRange<Int>, outputs: ClosedRange<Int>, seed: UInt32
  ) -> [DenseShape] {
    let rows = randomIntegers(count, in: 1...17, seed: 3 * seed)
    let inputs = randomIntegers(count, in: inputs, seed: 3 * seed + 1)
    let outputs = randomIntegers(count, in: outputs, seed: 3 * seed + 2)
    return (0..<count).map { DenseShape(rows: rows[$0], inputs: inputs[$0], outputs: outputs[$0]) }
  }
}

/// A dense layer's operands: random numbers of that shape, for the kernels in fenced memory.
struct DenseProblem {
  let shape: DenseShape
  let input: FencedBuffer
  let weight: FencedBuffer
  let bias: FencedBuffer
  let outputGradient: FencedBuffer

  /// - Parameter generate: makes so many numbers from that seed.
  init(_ shape: DenseShape, generate: (Int, UInt32) -> [Float] = { randomFloats($0, seed: $1) }) {
    self.shape = shape
    input = FencedBuffer(generate(shape.rows * shape.inputs, 11))
    weight = FencedBuffer(generate(shape.outputs * shape.inputs, 22))
    bias = FencedBuffer(generate(shape.outputs, 33))
    outputGradient = FencedBuffer(generate(shape.rows * shape.outputs, 44))
  }

  /// Makes part of the input zero, as the background of images and the output of ReLU are: blocks that the weight
  /// gradient leaves out, among them whole shards, and single zeros, which it can't.
  func zeroBackground() {
    for row in 0..<shape.rows {
      for k in 0..<shape.inputs where (row / 2 + k / 24) % 3 == 0 || (row + k) % 5 == 0 || row < 5 && k < 16 {
        input.pointer[row * shape.inputs + k] = 0
      }
    }
  }

  /// The result of `denseForward`.
  func forward(negativeSlope: Float = 1, biased: Bool = true, team: ThreadTeam = singleThread) -> [Float] {
    let output = FencedBuffer(count: shape.rows * shape.outputs)
    denseForward(
      input: input.pointer, weight: weight.pointer, bias: biased ? UnsafePointer(bias.pointer) : nil,
      output: output.pointer, rows: shape.rows, inputs: shape.inputs, outputs: shape.outputs,
      negativeSlope: negativeSlope, team: team)
    #expect(output.isIntact)
    return output.array
  }

  /// The result of `denseInputGradient`.
  func inputGradient(team: ThreadTeam = singleThread) -> [Float] {
    let result = FencedBuffer(count: shape.rows * shape.inputs)
    denseInputGradient(
      outputGradient: outputGradient.pointer, weight: weight.pointer, inputGradient: result.pointer,
      rows: shape.rows, inputs: shape.inputs, outputs: shape.outputs, team: team)
    #expect(result.isIntact)
    return result.array
  }

  /// The result of `denseWeightGradient` for the rows from `firstRow` on that `offsets` cuts into shards.
  func weightGradient(firstRow: Int = 0, offsets: [Int], team: ThreadTeam = singleThread) -> [Float] {
    let result = FencedBuffer(count: shape.outputs * shape.inputs)
    denseWeightGradient(
      input: input.pointer + firstRow * shape.inputs,
      outputGradient: outputGradient.pointer + firstRow * shape.outputs, weightGradient: result.pointer,
      rows: ShardedRows(offsets: offsets), inputs: shape.inputs, outputs: shape.outputs, team: team)
    #expect(result.isIntact)
    return result.array
  }

  /// The result of `columnSums` over the output gradient, for the rows as in `weightGradient`.
  func biasGradient(firstRow: Int = 0, offsets: [Int], team: ThreadTeam = singleThread) -> [Float] {
    let result = FencedBuffer(count: shape.outputs)
    columnSums(
      outputGradient.pointer + firstRow * shape.outputs, into: result.pointer,
      rows: ShardedRows(offsets: offsets),
      columns: shape.outputs, team: team)
    #expect(result.isIntact)
    return result.array
  }
}

/// The team of the calling thread alone.
let singleThread = ThreadTeam(count: 1)

/// Expects every element within the rounding of a sum of so many products, whatever its order: (terms + 2) · 2^-24 times
/// the sum of the products' magnitudes.
func expectWithinRounding(
  _ name: String, _ actual: [Float], exact: [Double], magnitudes: [Double], terms: Int,
  sourceLocation: SourceLocation = #_sourceLocation
) {
  #expect(actual.count == exact.count, sourceLocation: sourceLocation)
  for (index, (value, expected)) in zip(actual, exact).enumerated() {
    let error = abs(Double(value) - expected)
    let bound = Double(terms + 2) * 0x1p-24 * magnitudes[index]
    if !(error <= bound) {
      Issue.record(
        "\(name)[\(index)]: expected \(expected), got \(value), off by \(error) > \(bound)",
        sourceLocation: sourceLocation)
      return
    }
  }
}

extension FencedBuffer {
  var doubles: [Double] { array.map(Double.init) }
  var magnitudes: [Double] { array.map { Double($0.magnitude) } }
}
