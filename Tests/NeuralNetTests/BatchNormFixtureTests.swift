import NeuralNet
import TensorCore
import TestSupport
import Testing

/// Three training steps and an evaluation of a layer, cut into ragged shards, against a library's values, gradients and
/// running statistics.
@Test(arguments: Conventions.allCases, ["6x5x7x3", "3x11x13x10", "5x1x1x9"])
func batchNormalizationIsThatOfTheLibrary(conventions: Conventions, sizes: String) throws {
  let (inputs, expected) = (
    try Fixture("image_layers"), try Fixture(conventions == .torch ? "image_layers" : "image_layers_keras")
  )
  let numbers = sizes.split(separator: "x").map { Int($0)! }
  let rows = numbers[0]
  let shape = ImageShape(height: numbers[1], width: numbers[2], channels: numbers[3])
  let layer = try BatchNorm2D("norm", input: shape, scope: .global, conventions: conventions)
  let arena = ParameterArena(layer.parameters)
  try arena.load { try inputs.floats("batchnorm.\(sizes).\($0.name.dropFirst(5))") }
  for step in ["0", "1", "2", "evaluation"] {
    let prefix = "batchnorm.\(sizes).\(step)."
    func images(_ fixture: Fixture, _ name: String) throws -> [Float] {
      shape.channelsLastReference(try fixture.floats(prefix + name), rows: rows)
    }
    let offsets = [0, 1, 1, 3, 3, rows, rows, rows, rows]
    let result = run(
      layer, input: try images(inputs, "input"), outputGradient: try images(inputs, "outputGradient"),
      rows: rows,
      pass: step == "evaluation"
        ? Pass(rows: ShardedRows(offsets: offsets), team: singleThread) : trainingPass(offsets))
    try expectClose("output \(step)", result.output, images(expected, "output"), tolerance: 2e-6)
    try expectClose(
      "inputGradient \(step)", result.inputGradient, images(expected, "inputGradient"), tolerance: 5e-6)
    for (index, name) in ["weightGradient", "biasGradient"].enumerated() {
      try expectClose(
        "\(name) \(step)", arena.gradientArrays[index], expected.floats(prefix + name), tolerance: 5e-6)
    }
    for (index, name) in ["runningMean", "runningVariance"].enumerated() {
      try expectClose(
        "\(name) \(step)", layer.runningTensors[index].array, expected.floats(prefix + name), tolerance: 1e-6)
    }
  }
  #expect(layer.runningTensors[2].array == [3])
}
