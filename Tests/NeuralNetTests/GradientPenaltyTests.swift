import NeuralNet
import TensorCore
import TestSupport
import Testing

private let penalties: [SlopePenalty] = [.zeroCentered(3), .oneCentered(10)]
private let rows = 5
private let offsets = [0, 2, 2, 3, 5]

private func images(_ count: Int = rows) -> [Float] {
  randomFloats(count * GradientPenaltyReference.input.count, seed: 31)
}

private func parameters(_ arena: ParameterArena) -> [[Double]] {
  arena.valueArrays.map { $0.map(Double.init) }
}

/// The chain of the reference with weights large enough for slopes on both sides of 1.
private func makeNetwork(_ reference: GradientPenaltyReference) throws -> (Sequential, ParameterArena) {
  let network = try reference.network()
  let arena = ParameterArena(network.parameters)
  arena.load {
    randomFloats($0.count, seed: UInt32(40 + $0.shape.count + $0.count), low: -0.7, high: 0.7)
  }
  return (network, arena)
}

/// Evaluates the penalty as a rank with those shards does, from gradients that are NaN at first.
private func evaluate(
  _ penalty: SlopePenalty, _ network: Sequential, _ arena: ParameterArena, images: [Float], offsets: [Int],
  team: ThreadTeam = singleThread
) -> (penalties: [Double], gradients: [[Float]]) {
  let count = offsets.last!
  network.allocate(rows: count)
  for parameter in arena.parameters { parameter.gradients.update(repeating: .nan, count: parameter.count) }
  let values = AlignedBuffer<Double>(count: count)
  let input = AlignedBuffer(images)
  GradientPenalty(penalty, network: network)!.evaluate(
    input: input.pointer, penalties: values.pointer, pass: trainingPass(offsets, team: team))
  return (values.array, arena.gradientArrays)
}

/// The reference's gradients are derivatives, in Double, and the program's are the reference's.
@Test(arguments: penalties) private func penaltyGradientsAreDerivatives(penalty: SlopePenalty) throws {
  let reference = GradientPenaltyReference(penalty: penalty, rows: rows)
  let (network, arena) = try makeNetwork(reference)
  let (input, point) = (images().map(Double.init), parameters(arena))
  let expected = reference.evaluate(images: input, parameters: point)
  #expect(expected.leastMagnitude > 1e-4, "differences would cross a kink")
  let program = evaluate(penalty, network, arena, images: images(), offsets: offsets)
  expectClose("penalties", program.penalties, expected.penalties, tolerance: 1e-5)
  let single = reference.evaluate(images: images(), parameters: arena.valueArrays)
  expectClose(
    "penalties in single precision", program.penalties, single.penalties.map(Double.init), tolerance: 1e-5)
  for (index, parameter) in arena.parameters.enumerated() {
    expectGradient(
      parameter.name,
      of: { values in
        var moved = point
        moved[index] = values
        return reference.evaluate(images: input, parameters: moved).penalties.reduce(0, +)
      }, at: point[index], equals: expected.gradients[index])
    expectClose(
      parameter.name, program.gradients[index].map(Double.init), expected.gradients[index], tolerance: 1e-4)
  }
}

/// The sum over the shards of two, four and eight ranks, some of them without rows, is that of one, to the bit.
@Test(arguments: penalties) private func penaltiesDependOnNoRank(penalty: SlopePenalty) throws {
  let reference = GradientPenaltyReference(penalty: penalty, rows: rows)
  let (network, arena) = try makeNetwork(reference)
  let shards = 8
  let ends = [0, 0, 1, 1, 3, 4, 4, 4, 5]
  let whole = evaluate(penalty, network, arena, images: images(), offsets: ends)
  #expect(whole.gradients.allSatisfy { $0.allSatisfy(\.isFinite) })
  let threads = evaluate(
    penalty, network, arena, images: images(), offsets: ends, team: ThreadTeam(count: 3))
  expectSameBits("penalties of 3 threads", threads.penalties, whole.penalties)
  expectSameBits("gradients of 3 threads", threads.gradients.flatMap { $0 }, whole.gradients.flatMap { $0 })
  for ranks in [2, 4, 8] {
    let perRank = shards / ranks
    var penalties: [Double] = []
    var parts: [[Float]] = []
    for rank in 0..<ranks {
      let own = ends[rank * perRank...(rank + 1) * perRank]
      let width = GradientPenaltyReference.input.count
      let part = evaluate(
        penalty, network, arena, images: Array(images()[own.first! * width..<own.last! * width]),
        offsets: own.map { $0 - own.first! })
      penalties += part.penalties
      parts.append(part.gradients.flatMap { $0 })
    }
    expectSameBits("penalties of \(ranks) ranks", penalties, whole.penalties)
    expectSameBits("gradients of \(ranks) ranks", treeSum(parts), whole.gradients.flatMap { $0 })
  }
}

/// Smaller batches leave nothing of larger ones, and none gives gradients of 0.
@Test(arguments: penalties) private func aSmallerBatchHasItsOwnPenalty(penalty: SlopePenalty) throws {
  let reference = GradientPenaltyReference(penalty: penalty, rows: rows)
  let (network, arena) = try makeNetwork(reference)
  network.allocate(rows: 8)
  let term = GradientPenalty(penalty, network: network)!
  for count in [0, 3, 8, 5, 0, 1] {
    let input = AlignedBuffer(images(count))
    let values = AlignedBuffer<Double>(count: count)
    for parameter in arena.parameters { parameter.gradients.update(repeating: .nan, count: parameter.count) }
    term.evaluate(input: input.pointer, penalties: values.pointer, pass: trainingPass([0, count]))
    let (gradients, fresh) = (
      arena.gradientArrays, evaluate(penalty, network, arena, images: images(count), offsets: [0, count])
    )
    network.allocate(rows: 8)
    expectSameBits("penalties of \(count)", values.array, fresh.penalties)
    expectSameBits("gradients of \(count)", gradients.flatMap { $0 }, fresh.gradients.flatMap { $0 })
    if count == 0 { #expect(gradients.allSatisfy { $0.allSatisfy { $0 == 0 } }) }
  }
}

/// Bounded functions and normalization have second derivatives of their own, which nothing here has.
@Test func otherLayersHaveNoPenalty() throws {
  let shape = ImageShape(height: 4, width: 4, channels: 1)
  let last = Dense("last", inputs: 16, outputs: 1, activation: .identity, conventions: .torch)
  func penalty(_ layer: any Layer) -> GradientPenalty? {
    GradientPenalty(.zeroCentered(1), network: Sequential([layer, last]))
  }
  func dense(_ activation: Activation) -> Dense {
    Dense("dense", inputs: 16, outputs: 16, activation: activation, conventions: .torch)
  }
  for activation in Activation.allCases {
    #expect((penalty(dense(activation)) != nil) == (activation.negativeSlope != nil), "\(activation)")
    let convolution = try Convolution2D(
      "conv", input: shape, channels: 1, activation: activation, conventions: .torch)
    #expect((penalty(convolution) != nil) == (activation.negativeSlope != nil), "\(activation)")
  }
  #expect(penalty(try BatchNorm2D("norm", input: shape, scope: .global, conventions: .torch)) == nil)
}
