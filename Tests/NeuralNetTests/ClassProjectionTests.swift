import NeuralNet
import TensorCore
import TestSupport
import Testing

/// output = weight * x + bias + embedding[y] * x, row by row.
private func reference<Scalar: BinaryFloatingPoint>(
  input: [Scalar], weight: [Scalar], bias: Scalar, embedding: [Scalar], labels: [UInt8]
) -> [Scalar] {
  let inputs = weight.count
  return labels.enumerated().map { row, label in
    (0..<inputs).reduce(bias) {
      $0 + (weight[$1] + embedding[Int(label) * inputs + $1]) * input[row * inputs + $1]
    }
  }
}

/// A layer with what it learns, and rows of some classes to take through it.
private struct Problem {
  let (rows, inputs, classes): (Int, Int, Int)
  let layer: ClassProjection
  let arena: ParameterArena
  let input: [Float]
  let outputGradient: [Float]
  let labels: [UInt8]

  init(rows: Int, inputs: Int, classes: Int) {
    (self.rows, self.inputs, self.classes) = (rows, inputs, classes)
    layer = ClassProjection(
      "last", embedding: "embedding", inputs: inputs, classes: classes, conventions: .torch)
    arena = ParameterArena(layer.parameters)
    arena.load { randomFloats($0.count, seed: UInt32($0.count)) }
    input = randomFloats(rows * inputs, seed: 2)
    outputGradient = randomFloats(rows, seed: 3)
    // The last class has no row.
    labels = (0..<rows).map { UInt8($0 * $0 % max(1, classes - 1)) }
  }

  func run(_ pass: Pass) -> (output: [Float], inputGradient: [Float]) {
    NeuralNetTests.run(
      layer, input: input, outputGradient: outputGradient, rows: rows, pass: pass.labelled(labels))
  }
}

@Suite struct ClassProjectionTests {
  /// Both ways to multiply, against the reference in Double and its differences in every direction.
  @Test(arguments: [(9, 4), (260, 10), (16, 1)]) func theLayerIsItsReference(inputs: Int, classes: Int) {
    let problem = Problem(rows: 7, inputs: inputs, classes: classes)
    let (output, inputGradient) = problem.run(trainingPass([0, 1, 1, 4, 7]))
    let wide = problem.input.map(Double.init)
    let values = problem.arena.valueArrays.map { $0.map(Double.init) }
    func logits(_ input: [Double], _ weight: [Double], _ bias: [Double], _ embedding: [Double]) -> [Double] {
      reference(
        input: input, weight: weight, bias: bias[0], embedding: embedding, labels: problem.labels)
    }
    func sum(_ logits: [Double]) -> Double {
      zip(logits, problem.outputGradient).reduce(0) { $0 + $1.0 * Double($1.1) }
    }
    expectClose(
      "output", output.map(Double.init), logits(wide, values[0], values[1], values[2]), tolerance: 1e-6)
    let gradients = problem.arena.gradientArrays.map { $0.map(Double.init) }
    expectGradient(
      "weight", of: { sum(logits(wide, $0, values[1], values[2])) }, at: values[0], equals: gradients[0],
      tolerance: 2e-6)
    expectGradient(
      "bias", of: { sum(logits(wide, values[0], $0, values[2])) }, at: values[1], equals: gradients[1],
      tolerance: 2e-6)
    expectGradient(
      "embedding", of: { sum(logits(wide, values[0], values[1], $0)) }, at: values[2], equals: gradients[2],
      tolerance: 2e-6)
    expectGradient(
      "input", of: { sum(logits($0, values[0], values[1], values[2])) }, at: wide,
      equals: inputGradient.map(Double.init), tolerance: 2e-6)
    // A class without rows learns nothing.
    if classes > 1 { #expect(gradients[2].suffix(inputs).allSatisfy { $0 == 0 }) }
  }

  /// Ranks that have some of the shards each, down to none of the rows, end with one rank's bits.
  @Test func sumsGoThroughTheTreeOverShards() {
    let whole = Problem(rows: 11, inputs: 37, classes: 5)
    let offsets = [0, 3, 3, 4, 8, 8, 8, 10, 11]
    let expected = whole.run(trainingPass(offsets))
    let gradients = whole.arena.gradients.array
    expectSameBits(
      "output of two threads", whole.run(trainingPass(offsets, team: ThreadTeam(count: 2))).output,
      expected.output)
    expectSameBits("gradients of two threads", whole.arena.gradients.array, gradients)
    for ranks in [2, 4, 8] {
      let shards = 8 / ranks
      var partials: [[Float]] = []
      for rank in 0..<ranks {
        let own = offsets[rank * shards]..<offsets[(rank + 1) * shards]
        let pass = trainingPass(
          (0...shards).map { offsets[rank * shards + $0] - own.lowerBound }
        ).labelled(Array(whole.labels[own]))
        let input = AlignedBuffer(Array(whole.input[own.lowerBound * 37..<own.upperBound * 37]))
        let gradient = AlignedBuffer(Array(whole.outputGradient[own]))
        let inputGradient = AlignedBuffer<Float>(count: input.count)
        whole.layer.allocate(rows: own.count)
        whole.layer.forward(input: input.pointer, pass: pass)
        expectSameBits(
          "output", UnsafeBufferPointer(start: whole.layer.output, count: own.count), expected.output[own])
        whole.layer.backward(
          input: input.pointer, outputGradient: gradient.pointer, inputGradient: inputGradient.pointer,
          pass: pass)
        expectSameBits(
          "input gradient", inputGradient.array,
          expected.inputGradient[own.lowerBound * 37..<own.upperBound * 37])
        partials.append(whole.arena.gradients.array)
      }
      while partials.count > 1 {
        partials = stride(from: 0, to: partials.count, by: 2).map { pair in
          zip(partials[pair], partials[pair + 1]).map { $0 + $1 }
        }
      }
      expectSameBits("gradients of \(ranks) ranks", partials[0], gradients)
    }
  }

  @Test func aPassMayLeaveOutTheGradientsOfParameters() {
    let problem = Problem(rows: 6, inputs: 20, classes: 3)
    let whole = problem.run(trainingPass([0, 6]))
    let marks = randomFloats(problem.arena.count, seed: 9)
    for (index, mark) in marks.enumerated() { problem.arena.gradients.pointer[index] = mark }
    let partial = problem.run(trainingPass([0, 6]).withoutParameterGradients)
    expectSameBits("output", partial.output, whole.output)
    expectSameBits("input gradient", partial.inputGradient, whole.inputGradient)
    expectSameBits("parameter gradients", problem.arena.gradients.array, marks)
  }

  @Test func aPassKeepsItsLabels() {
    let pass = trainingPass([0, 2]).labelled([4, 1])
    #expect(pass.withoutParameterGradients.labels == [4, 1])
    #expect(pass.labelled(nil).labels == nil && trainingPass([0, 2]).labels == nil)
  }

  @Test func rowsWithoutAClassAreRefused() async {
    await #expect(processExitsWith: .failure) {
      let problem = Problem(rows: 2, inputs: 3, classes: 2)
      problem.layer.allocate(rows: 2)
      problem.layer.forward(
        input: problem.input, pass: Pass(rowCount: 2, team: singleThread))
    }
    await #expect(processExitsWith: .failure) {
      let problem = Problem(rows: 2, inputs: 3, classes: 2)
      problem.layer.allocate(rows: 2)
      problem.layer.forward(
        input: problem.input, pass: Pass(rowCount: 2, team: singleThread).labelled([0, 2]))
    }
    await #expect(processExitsWith: .failure) {
      _ = Pass(rowCount: 2, team: singleThread).labelled([0])
    }
  }
}
