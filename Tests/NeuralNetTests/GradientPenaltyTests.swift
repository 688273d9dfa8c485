import NeuralNet
import TensorCore
import TestSupport
import Testing

private let penalties: [GradientNormPenalty] = [.zeroCentered(3), .oneCentered(10)]
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
  _ penalty: GradientNormPenalty, _ network: Sequential, _ arena: ParameterArena, images: [Float],
  offsets: [Int],
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
@Test(arguments: penalties) private func penaltyGradientsAreDerivatives(penalty: GradientNormPenalty) throws {
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
@Test(arguments: penalties) private func penaltiesDependOnNoRank(penalty: GradientNormPenalty) throws {
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
@Test(arguments: penalties) private func aSmallerBatchHasItsOwnPenalty(penalty: GradientNormPenalty) throws {
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

/// Of rows that are all of one class, a projection is the dense layer whose weight is the sum of both of its own.
@Test(arguments: penalties, [false, true])
private func aProjectionHasThePenaltyOfTheDenseLayerThatItIs(
  penalty: GradientNormPenalty, isSpectral: Bool
) throws {
  let (inputs, features, classes, label) = (12, 7, 4, 2)
  func body() -> Dense {
    Dense("body", inputs: inputs, outputs: features, activation: .leakyReLU, conventions: .torch)
  }
  let projection = ClassProjection(
    "head", embedding: "embedding", inputs: features, classes: classes, isSpectrallyNormalized: isSpectral,
    conventions: .torch)
  let (network, plain) = (
    Sequential([body(), projection]),
    Sequential([
      body(), Dense("head", inputs: features, outputs: 1, activation: .identity, conventions: .torch),
    ])
  )
  let (arena, plainArena) = (ParameterArena(network.parameters), ParameterArena(plain.parameters))
  arena.load { randomFloats($0.count, seed: UInt32($0.count), low: -0.9, high: 0.9) }
  if isSpectral {
    for parameter in arena.parameters {
      parameter.spectralNormalization?.initialize(v: randomFloats(features, seed: 8))
    }
  }
  func parameter(_ arena: ParameterArena, _ name: String) throws -> Parameter {
    try #require(arena.parameters.first { $0.name.hasPrefix(name) && !$0.name.hasSuffix("bias") })
  }
  let (weight, embedding) = (try parameter(arena, "head"), try parameter(arena, "embedding"))
  plainArena.load { plainParameter in
    if plainParameter.name != "head.weight" {
      return Array(
        UnsafeBufferPointer(
          start: arena.parameters.first { $0.name == plainParameter.name }!.values,
          count: plainParameter.count))
    }
    return (0..<features).map {
      weight.effectiveValues[$0] + embedding.effectiveValues[label * features + $0]
    }
  }

  let input = AlignedBuffer(randomFloats(rows * inputs, seed: 3))
  func evaluate(_ network: Sequential, labels: [UInt8]?) -> [Double] {
    network.allocate(rows: rows)
    let values = AlignedBuffer<Double>(count: rows)
    GradientPenalty(penalty, network: network)!.evaluate(
      input: input.pointer, penalties: values.pointer, pass: trainingPass(offsets).labelled(labels))
    return values.array
  }
  for parameter in arena.parameters { parameter.gradients.update(repeating: .nan, count: parameter.count) }
  let labels = [UInt8](repeating: UInt8(label), count: rows)
  expectClose(
    "penalties", evaluate(network, labels: labels), evaluate(plain, labels: nil), tolerance: 1e-5)
  func gradient(_ parameter: Parameter) -> [Float] {
    Array(UnsafeBufferPointer(start: parameter.gradients, count: parameter.count))
  }
  let ofHead = gradient(try parameter(plainArena, "head"))
  #expect(ofHead.contains { abs($0) > 0.01 })
  expectClose("weight", gradient(weight), ofHead, tolerance: 1e-5)
  let others = [Float](repeating: 0, count: features)
  expectClose(
    "embedding", gradient(embedding), (0..<classes).flatMap { $0 == label ? ofHead : others },
    tolerance: 1e-5)
  expectClose(
    "body", gradient(try parameter(arena, "body")), gradient(try parameter(plainArena, "body")),
    tolerance: 1e-5)
  #expect(
    arena.parameters.filter { $0.name.hasSuffix("bias") }.allSatisfy { gradient($0).allSatisfy { $0 == 0 } })
}
