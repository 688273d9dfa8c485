import NeuralNet
import TensorCore
import TestSupport
import Testing

// Weights over their largest singular values: PyTorch's, the reference's, and the same bits on any number of ranks.

private let granule = 1024

/// A normalised weight alone in an arena.
private func makeWeight(_ shape: [Int], values: [Float]) -> (SpectralNormalization, ParameterArena) {
  let parameter = Parameter(
    "layer.weight", shape: shape, initializer: .zeros, isSpectrallyNormalized: true)
  let arena = ParameterArena([parameter])
  arena.load { _ in values }
  return (parameter.spectralNormalization!, arena)
}

private func effective(_ parameter: Parameter) -> [Float] {
  Array(UnsafeBufferPointer(start: parameter.effectiveValues, count: parameter.count))
}

private func reference(_ normalization: SpectralNormalization) -> SpectralNormalizationReference<Double> {
  let (u, v) = (normalization.runningTensors[0].array, normalization.runningTensors[1].array)
  var reference = SpectralNormalizationReference(rows: u.count, columns: v.count, v: v.map(Double.init))
  reference.u = u.map(Double.init)
  reference.v = v.map(Double.init)
  return reference
}

@Test(arguments: ["square", "wide", "row", "tall"])
private func aWeightAloneIsPyTorchs(name: String) throws {
  let fixture = try Fixture("spectral")
  let shape = try fixture.shape("\(name).weight")
  let (normalization, arena) = try makeWeight(shape, values: fixture.floats("\(name).weight"))
  normalization.initialize(v: try fixture.floats("\(name).drawn"))
  try expectClose("u", normalization.runningTensors[0].array, fixture.floats("\(name).u"), tolerance: 1e-5)
  try expectClose("v", normalization.runningTensors[1].array, fixture.floats("\(name).v"), tolerance: 1e-5)
  try expectClose(
    "sigma", [normalization.sigma], fixture.floats("\(name).sigma").map(Double.init), tolerance: 1e-6)

  try arena.load { _ in try fixture.floats("\(name).moved") }
  for (mode, iterates) in [("eval", false), ("train", true)] {
    arena.refreshEffectiveValues(iterates: iterates, team: singleThread)
    let parameter = arena.parameters[0]
    try expectClose(
      mode, effective(parameter), fixture.floats("\(name).\(mode).effective"), tolerance: 1e-5)
    let gradient = try fixture.floats("\(name).effectiveGradient")
    parameter.gradients.update(from: gradient, count: gradient.count)
    transformGradients(of: arena)
    try expectClose(
      "\(mode) gradient", arena.gradientArrays[0], fixture.floats("\(name).\(mode).gradient"),
      tolerance: 1e-5)
  }
}

/// The largest singular value of what layers multiply by comes to 1 from above, as the weight stays and u and v follow it.
@Test func theEffectiveWeightsLargestSingularValueTendsToOne() {
  let (rows, columns) = (12, 18)
  let (normalization, arena) = makeWeight([rows, 2, 3, 3], values: randomFloats(rows * columns, seed: 1))
  normalization.initialize(v: randomFloats(columns, seed: 2))
  func largest() -> Double {
    let matrix = effective(arena.parameters[0]).map(Double.init)
    var reference = SpectralNormalizationReference(
      rows: rows, columns: columns, v: randomFloats(columns, seed: 3).map(Double.init))
    for _ in 0..<1000 { reference.iterate(matrix) }
    return reference.sigma(matrix)
  }
  let first = largest()
  #expect(first > 1 + 1e-6 && first < 1.3, "\(first)")
  for _ in 0..<10 { arena.refreshEffectiveValues(iterates: true, team: singleThread) }
  let second = largest()
  #expect(second > 1 - 1e-6 && second < first, "\(second)")
  for _ in 0..<500 { arena.refreshEffectiveValues(iterates: true, team: singleThread) }
  #expect(abs(largest() - 1) < 1e-5)
  #expect(arena.parameters[0].runningTensors.map(\.array.count) == [rows, columns])
}

/// What a layer and the transformation give together is the derivative of its output by the weight itself, with u and v
/// constant.
@Test func aLayersGradientIsTheDerivativeByTheWeight() throws {
  let (rows, shape) = (3, ImageShape(height: 4, width: 4, channels: 2))
  let convolution = try Convolution2D(
    "layer", input: shape, channels: 5, kernel: 4, stride: 2, padding: .symmetric(1), activation: .identity,
    isSpectrallyNormalized: true, conventions: .torch)
  let geometry = convolution.geometry
  let dense = Dense(
    "layer", inputs: shape.count, outputs: 5, activation: .identity, isSpectrallyNormalized: true,
    conventions: .torch)
  let zeros = [Double](repeating: 0, count: 5)
  let cases: [(any Layer, ([Double], [Double]) -> [Double])] = [
    (convolution, { geometry.correlateReference(fine: $0, weight: $1, rows: rows) }),
    (
      dense,
      {
        denseForwardReference(
          input: $0, weight: $1, bias: zeros, rows: rows, inputs: shape.count, outputs: 5)
      }
    ),
  ]
  for (layer, product) in cases {
    let arena = ParameterArena(layer.parameters)
    arena.initialize(seed: 3)
    let normalization = try #require(arena.parameters[0].spectralNormalization)
    // Away from the singular vectors.
    arena.load { randomFloats($0.count, seed: 4) }
    arena.refreshEffectiveValues(iterates: true, team: singleThread)
    let input = randomFloats(rows * layer.inputCount, seed: 5)
    let outputGradient = randomFloats(rows * layer.outputCount, seed: 6)
    let result = run(
      layer, input: input, outputGradient: outputGradient, rows: rows, pass: trainingPass([0, 1, 1, 2, 3]))
    transformGradients(of: arena)

    let reference = reference(normalization)
    let (weight, bias) = (arena.valueArrays[0].map(Double.init), arena.valueArrays[1].map(Double.init))
    func output(_ weight: [Double]) -> [Double] {
      product(input.map(Double.init), reference.effectiveWeight(weight)).enumerated().map {
        $1 + bias[$0 % 5]
      }
    }
    expectClose("output", result.output.map(Double.init), output(weight), tolerance: 1e-5)
    let numerical = finiteDifferences(
      of: { zip(output($0), outputGradient).reduce(0) { $0 + $1.0 * Double($1.1) } }, at: weight)
    expectClose("gradient", arena.gradientArrays[0].map(Double.init), numerical, tolerance: 1e-5)
  }
}

/// Weights of several granules and of a part of one, beside one that is not normalised: the bits of one rank.
@Test func anyNumberOfRanksAndThreadsTransformsGradientsAlike() throws {
  func makeArena() -> ParameterArena {
    let arena = ParameterArena([
      Parameter("a.weight", shape: [40, 101], initializer: .ones, isSpectrallyNormalized: true),
      Parameter("a.bias", shape: [40], initializer: .zeros),
      Parameter("b.weight", shape: [3, 5, 7], initializer: .ones, isSpectrallyNormalized: true),
      Parameter("c.weight", shape: [50, 101], initializer: .ones),
      Parameter("d.weight", shape: [1, 6272], initializer: .ones, isSpectrallyNormalized: true),
    ])
    for (index, parameter) in arena.parameters.enumerated() {
      parameter.values.update(
        from: randomFloats(parameter.count, seed: UInt32(index)), count: parameter.count)
      parameter.gradients.update(
        from: wideFloats(parameter.count, seed: UInt32(9 + 2 * index)), count: parameter.count)
      let columns = parameter.count / parameter.shape[0]
      parameter.spectralNormalization?.initialize(v: randomFloats(columns, seed: 8))
    }
    return arena
  }
  let alone = makeArena()
  let untouched = alone.gradientArrays
  transformGradients(of: alone)
  expectSameBits("a bias", alone.gradientArrays[1], untouched[1])
  expectSameBits("a plain weight", alone.gradientArrays[3], untouched[3])
  for index in [0, 2, 4] { #expect(alone.gradientArrays[index] != untouched[index]) }

  let granules = (alone.count + granule - 1) / granule
  for ranks in [2, 4, 8, 16, 32] {
    let parts = (0..<ranks).map { rank in
      min(
        alone.count, rank * granules / ranks * granule)..<(rank == ranks - 1
        ? alone.count : min(alone.count, (rank + 1) * granules / ranks * granule))
    }
    let team = ThreadTeam(count: ranks == 4 ? 3 : 1)
    let arenas = parts.map { _ in makeArena() }
    let gradients = try arenas.map { try #require(SpectralGradients($0, granule: granule)) }
    for (own, part) in zip(gradients, parts) {
      own.products.elements.update(repeating: .nan)
      own.fillProducts(part: part, team: team)
    }
    // As the tree over ranks adds them.
    var sums = gradients.map(\.products.array)
    while sums.count > 1 {
      sums = stride(from: 0, to: sums.count, by: 2).map { pair in
        zip(sums[pair], sums[pair + 1]).map { $0 + $1 }
      }
    }
    for (own, part) in zip(gradients, parts) {
      for (index, sum) in sums[0].enumerated() { own.products.pointer[index] = sum }
      own.transform(part: part, team: team)
    }
    let together = zip(arenas, parts).flatMap { arena, part in arena.gradients.array[part] }
    expectSameBits("\(ranks) ranks", together, alone.gradients.array)
    #expect(sums[0].reduce(0, +) != sums[0].reversed().reduce(0, +), "the data would not show another order")
  }
}

/// A new run's weights are those without normalization; every weight's v is drawn by itself.
@Test func aNewRunIsTheSeeds() throws {
  func make(_ norm: DiscriminatorNorm) throws -> GenerativeAdversarialNetwork {
    try .dense(
      pixels: 64, latent: 4, hidden: [64, 64], recipe: AdversarialRecipe(norm: norm), conventions: .torch)
  }
  let (model, plain, other) = (try make(.spectral), try make(.none), try make(.spectral))
  model.initialize(seed: 5)
  plain.initialize(seed: 5)
  #expect(model.parameterCount == plain.parameterCount)
  #expect(model.discriminatorArena.valueArrays == plain.discriminatorArena.valueArrays)
  #expect(plain.runningTensors.isEmpty && model.runningTensors.count == 6)
  for tensor in model.runningTensors {
    let length = tensor.array.reduce(0) { $0 + Double($1) * Double($1) }.squareRoot()
    #expect(abs(length - 1) < 1e-6, "\(tensor.name)")
  }
  let before = model.runningTensors.map(\.array)
  #expect(before[1] != before[3])
  model.discriminatorArena.refreshEffectiveValues(iterates: true, team: singleThread)
  #expect(model.runningTensors.map(\.array) != before)
  model.initialize(seed: 5)
  #expect(model.runningTensors.map(\.array) == before)
  other.initialize(seed: 6)
  #expect(other.runningTensors[1].array != before[1])

  // A state that was loaded: the effective weights follow once they are told.
  for (target, source) in zip(other.parameters, model.parameters) {
    target.values.update(from: source.values, count: source.count)
  }
  for (target, source) in zip(other.runningTensors, model.runningTensors) { target.load(source.array) }
  let trainable: any TrainableModel = other
  #expect(other.parameters.map(effective) != model.parameters.map(effective))
  trainable.refreshEffectiveValues(team: singleThread)
  #expect(other.parameters.map(effective) == model.parameters.map(effective))
}

extension RunningTensor {
  /// Takes over a vector's elements.
  func load(_ values: [Float]) {
    guard case .values(let buffer) = storage else { return }
    precondition(buffer.count == values.count)
    buffer.pointer.update(from: values, count: values.count)
  }
}
