import NeuralNet
import TensorCore
import TestSupport
import Testing

/// A training pass over rows that `offsets` cuts into shards, on one rank.
func trainingPass(
  _ offsets: [Int], team: ThreadTeam = singleThread, seed: UInt32 = 0, step: Int = 0,
  sums: any ShardSums = LocalShardSums()
) -> Pass {
  Pass(
    rows: ShardedRows(offsets: offsets), team: team,
    training: TrainingPass(
      seed: seed, step: step, sampleIndices: ArraySlice(0..<Int32(offsets.last!)), sums: sums))
}

extension RunningTensor {
  /// The elements; a counter's as a single number.
  var array: [Float] {
    switch storage {
    case .values(let values): values.array
    case .counter(let counter): [Float(counter.array[0])]
    }
  }
}

private let epsilon = 1e-5
private let shape = ImageShape(height: 3, width: 2, channels: 5)

/// A layer of random weight and bias, and the reference with the same.
private func makeLayer(
  _ scope: BatchNormScope, activation: Activation = .identity
) throws -> (layer: BatchNorm2D, arena: ParameterArena, reference: BatchNormReference<Double>) {
  let layer = try BatchNorm2D("norm", input: shape, scope: scope, activation: activation, conventions: .torch)
  let arena = ParameterArena(layer.parameters)
  arena.load { randomFloats($0.count, seed: $0.name == "norm.weight" ? 1 : 2) }
  let values = arena.valueArrays.map { $0.map(Double.init) }
  return (
    layer, arena,
    BatchNormReference(shape: shape, weight: values[0], bias: values[1], epsilon: epsilon)
  )
}

/// Images whose channels have means and deviations of their own.
private func images(_ rows: Int, seed: UInt32) -> [Float] {
  randomFloats(rows * shape.count, seed: seed).enumerated().map {
    $1 * Float(1 + $0 % shape.channels) + Float($0 % shape.channels) - 2
  }
}

@Test func theReferencesGradientsAreDerivatives() {
  let weight = [0.5, -1.5, 1, 2, 0.25]
  let reference = BatchNormReference(shape: shape, weight: weight, bias: [0, 1, 2, 3, 4], epsilon: epsilon)
  let input = images(4, seed: 3).map(Double.init)
  let outputGradient = randomFloats(input.count, seed: 4).map(Double.init)
  func weigh(_ layer: BatchNormReference<Double>, _ input: [Double]) -> Double {
    let (mean, variance) = layer.statistics(input)
    return zip(layer.normalize(input, mean: mean, variance: variance), outputGradient).reduce(0) {
      $0 + $1.0 * $1.1
    }
  }
  let gradients = reference.gradients(input, outputGradient: outputGradient)
  expectGradient("input", of: { weigh(reference, $0) }, at: input, equals: gradients.input)
  expectGradient(
    "weight",
    of: {
      weigh(BatchNormReference(shape: shape, weight: $0, bias: reference.bias, epsilon: epsilon), input)
    }, at: weight, equals: gradients.weight)
  expectGradient(
    "bias",
    of: { weigh(BatchNormReference(shape: shape, weight: weight, bias: $0, epsilon: epsilon), input) },
    at: reference.bias, equals: gradients.bias)
}

@Test(arguments: Activation.allCases) func normalizationOfTheBatchIsItsReference(activation: Activation)
  throws
{
  let (layer, arena, reference) = try makeLayer(.global, activation: activation)
  let input = images(7, seed: 5)
  let outputGradient = randomFloats(input.count, seed: 6)
  let result = run(
    layer, input: input, outputGradient: outputGradient, rows: 7, pass: trainingPass([0, 1, 1, 5, 7]))

  let wide = input.map(Double.init)
  let (mean, variance) = reference.statistics(wide)
  let expected = reference.normalize(wide, mean: mean, variance: variance).map { activation.reference($0) }
  let gradients = reference.gradients(
    wide,
    outputGradient: zip(outputGradient, expected).map {
      Double($0) * activation.referenceDerivative(output: $1)
    })
  expectClose("output", result.output.map(Double.init), expected, tolerance: 1e-6)
  expectClose("input", result.inputGradient.map(Double.init), gradients.input, tolerance: 2e-6)
  expectClose("weight", arena.gradientArrays[0].map(Double.init), gradients.weight, tolerance: 2e-6)
  expectClose("bias", arena.gradientArrays[1].map(Double.init), gradients.bias, tolerance: 2e-6)
}

/// Each shard is normalised by itself; the running statistics follow the mean over the shards that have rows.
@Test func normalizationOfShardsIsTheReferencePerShard() throws {
  let (layer, arena, reference) = try makeLayer(.shard)
  let offsets = [0, 1, 1, 5, 7]
  let input = images(7, seed: 7)
  let outputGradient = randomFloats(input.count, seed: 8)
  let result = run(
    layer, input: input, outputGradient: outputGradient, rows: 7, pass: trainingPass(offsets))

  var (weightGradient, biasGradient) = ([Double](repeating: 0, count: 5), [Double](repeating: 0, count: 5))
  var (meanOfMeans, meanOfVariances) = (weightGradient, biasGradient)
  for (first, last) in zip(offsets, offsets.dropFirst()) where first < last {
    let range = first * shape.count..<last * shape.count
    let wide = input[range].map(Double.init)
    let (mean, variance) = reference.statistics(wide)
    let gradients = reference.gradients(wide, outputGradient: outputGradient[range].map(Double.init))
    expectClose(
      "output", result.output[range].map(Double.init),
      reference.normalize(wide, mean: mean, variance: variance), tolerance: 1e-6)
    expectClose("input", result.inputGradient[range].map(Double.init), gradients.input, tolerance: 3e-6)
    let pixels = Double((last - first) * shape.pixelCount)
    for channel in 0..<5 {
      weightGradient[channel] += gradients.weight[channel]
      biasGradient[channel] += gradients.bias[channel]
      meanOfMeans[channel] += mean[channel] / 3
      meanOfVariances[channel] += variance[channel] * pixels / (pixels - 1) / 3
    }
  }
  expectClose("weight", arena.gradientArrays[0].map(Double.init), weightGradient, tolerance: 2e-6)
  expectClose("bias", arena.gradientArrays[1].map(Double.init), biasGradient, tolerance: 2e-6)
  let running = layer.runningTensors.map { $0.array.map(Double.init) }
  expectClose("running mean", running[0], meanOfMeans.map { 0.1 * $0 }, tolerance: 1e-6)
  expectClose("running variance", running[1], meanOfVariances.map { 0.9 + 0.1 * $0 }, tolerance: 1e-6)
  #expect(running[2] == [1])
}

/// One pixel has no deviation: the output is the bias, and nothing is infinite.
@Test(arguments: BatchNormScope.allCases) func aSinglePixelIsWellDefined(scope: BatchNormScope) throws {
  let layer = try BatchNorm2D(
    "norm", input: ImageShape(height: 1, width: 1, channels: 2), scope: scope, conventions: .torch)
  let arena = ParameterArena(layer.parameters)
  arena.load { $0.name == "norm.weight" ? [2, 3] : [5, -7] }
  let result = run(
    layer, input: [10, 20], outputGradient: [1, 1], rows: 1, pass: trainingPass([0, 0, 0, 0, 1]))
  #expect(result.output == [5, -7] && result.inputGradient == [0, 0])
  #expect(arena.gradientArrays == [[0, 0], [1, 1]])
  expectClose("running mean", layer.runningTensors[0].array, [1, 2], tolerance: 1e-7)
  expectClose("running variance", layer.runningTensors[1].array, [0.9, 0.9], tolerance: 1e-7)
}

@Test func runningTensorsHavePyTorchsNamesAndStart() throws {
  let layer = try BatchNorm2D(
    "encoder.norm1", input: shape, scope: .global, weightInitializer: .normal(mean: 1, deviation: 0.02),
    conventions: .torch)
  #expect(layer.parameters.map(\.name) == ["encoder.norm1.weight", "encoder.norm1.bias"])
  #expect(
    layer.runningTensors.map(\.name) == [
      "encoder.norm1.running_mean", "encoder.norm1.running_var", "encoder.norm1.num_batches_tracked",
    ])
  #expect(layer.runningTensors.map(\.shape) == [[5], [5], []])
  let arena = ParameterArena(layer.parameters)
  arena.initialize(seed: 1)
  #expect(
    arena.valueArrays[0].allSatisfy { abs($0 - 1) < 0.2 && $0 != 1 }
      && arena.valueArrays[1] == [0, 0, 0, 0, 0])
  _ = run(
    layer, input: images(2, seed: 1), outputGradient: images(2, seed: 2), rows: 2, pass: trainingPass([0, 2]))
  #expect(layer.runningTensors[2].array == [1] && layer.runningTensors[0].array != [0, 0, 0, 0, 0])
  for tensor in layer.runningTensors { tensor.initialize() }
  #expect(layer.runningTensors.map(\.array) == [[0, 0, 0, 0, 0], [1, 1, 1, 1, 1], [0]])
}
