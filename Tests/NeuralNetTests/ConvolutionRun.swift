import NeuralNet
import TensorCore

/// What a layer makes of some rows, forward and backward, all as the layer has it (channels last).
struct ConvolutionRun {
  let output: [Float]
  let inputGradient: [Float]
  /// Of the weight, then of the bias where there is one.
  let gradients: [[Float]]

  /// - Parameters:
  ///   - layer: its parameters lie in `arena`, and it has room for the rows.
  ///   - offsets: where the shards of the rows begin and end; one shard by default.
  init(
    _ layer: any Layer, in arena: ParameterArena, input: [Float], outputGradient: [Float],
    offsets: [Int]? = nil, team: ThreadTeam = singleThread
  ) {
    let rows = input.count / layer.inputCount
    let pass = Pass(rows: ShardedRows(offsets: offsets ?? [0, rows]), team: team)
    // Copies that have an address even without elements.
    let copy = AlignedBuffer(input)
    let gradient = AlignedBuffer(outputGradient)
    let inputGradient = AlignedBuffer([Float](repeating: .nan, count: input.count))
    arena.gradients.pointer.update(repeating: .nan, count: arena.count)
    layer.forward(input: copy.pointer, pass: pass)
    output = Array(UnsafeBufferPointer(start: layer.output, count: rows * layer.outputCount))
    layer.backward(
      input: copy.pointer, outputGradient: gradient.pointer, inputGradient: inputGradient.pointer, pass: pass)
    self.inputGradient = inputGradient.array
    gradients = arena.gradientArrays
  }
}

extension ConvolutionSetup {
  /// A layer of this setup alone in an arena, run over random rows.
  func run(rows: Int, offsets: [Int]? = nil, seed: UInt32 = 1) throws -> ConvolutionRun {
    let layer = try makeLayer()
    let arena = ParameterArena(layer.parameters)
    arena.initialize(seed: seed)
    layer.allocate(rows: rows)
    return ConvolutionRun(
      layer, in: arena, input: randomInput(rows), outputGradient: randomOutputGradient(rows), offsets: offsets
    )
  }
}
