import Artifacts
import Collectives
import Diagnostics
import ImageData
import NeuralNet
import RandomNumbers
import TensorCore

/// How fast each layer of a model is, forward and backward, and how near to the processor's peak.
public struct LayerBenchmark: Sendable {
  /// One layer, over a whole batch; the least seconds of all rounds.
  public struct Row: Sendable {
    /// The prefix of its parameters' names, or for a layer without any its part of the model and its type.
    public var name: String
    /// Floating-point operations of one product over the batch, a multiplication with its addition as two; nil for a
    /// layer without a product.
    public var operations: Double?
    public var forward: Double
    /// The time that the backward pass takes longer if the gradient of the input is wanted; nil for the first layer,
    /// where it never is.
    public var inputGradient: Double?
    /// The time of the backward pass without the gradient of the input: with the derivative of the activation and the
    /// bias's gradient. Nil for a layer without parameters.
    public var weightGradient: Double?

    public var seconds: Double { forward + (inputGradient ?? 0) + (weightGradient ?? 0) }
  }

  /// In the model's order.
  public var rows: [Row]
  /// Operations a second of fused multiply-adds on as many threads, measured in the same run.
  public var peak: Double
  public var threads: Int

  /// The passes of all layers together.
  public var seconds: Double { rows.reduce(0) { $0 + $1.seconds } }

  /// Times the layers in turns, round after round, for about `seconds`, on a batch of the first training images.
  ///
  /// - Parameter weights: a safetensors file to start from instead of the seed's weights.
  /// - Throws: a usage failure if there is more than one rank, and what loading the data and the model throws.
  public static func run(
    configuration: RunConfiguration, seconds: Double, weights: String?, group: ProcessGroup
  ) throws -> LayerBenchmark {
    guard group.size == 1 else {
      throw Failure(
        .usage, "layers are timed on one rank, not on \(group.size)", help: "run it without mpirun")
    }
    let images = try loadSplits(configuration, data: configuration.data, group: group).splits.train
    let model = try configuration.makeModel(height: images.height, width: images.width)
    let team = makeTeam(threads: configuration.threads, shards: configuration.shards, group: group)
    model.initialize(seed: configuration.seed)
    if let weights {
      try SavedCheckpoint.copyModel(SafeTensorsFile(reading: weights), to: model)
      model.refreshEffectiveValues(team: team)
    }
    var timer = LayerTimer(model, images: images, configuration: configuration, team: team)
    let start = monotonicSeconds()
    var peak = 0.0
    repeat {
      peak = max(peak, fusedMultiplyAddPeak(team: team))
      timer.runRound()
    } while monotonicSeconds() - start < seconds
    return LayerBenchmark(rows: timer.rows, peak: peak, threads: team.count)
  }
}

/// A model with a batch in it, whose layers can be run one by one.
private struct LayerTimer {
  private struct Station {
    let name: String
    let layer: any Layer
    let input: UnsafePointer<Float>
    let isFirst: Bool
    var forward = Double.infinity
    var backward = Double.infinity
    var backwardWithInput = Double.infinity
  }

  private var stations: [Station] = []
  private let pass: Pass
  private let images: AlignedBuffer<Float>
  private let outputGradient: AlignedBuffer<Float>
  private let inputGradient: AlignedBuffer<Float>
  /// What every backward pass is given: random, as a layer's time may depend on values such as zeros.
  private let gradients: AlignedBuffer<Float>

  init(_ model: any TrainableModel, images: ImageDataset, configuration: RunConfiguration, team: ThreadTeam) {
    let images = images.prefix(min(configuration.batch, images.count))
    let plan = BatchPlan(
      sampleCount: images.count, batchSize: images.count, shards: configuration.shards)
    let offsets = (0..<plan.shards).map { plan.samples(ofShard: $0, inBatch: 0).upperBound }
    pass = Pass(
      rows: ShardedRows(offsets: [0] + offsets), team: team,
      training: TrainingPass(
        seed: configuration.seed, step: 0, sampleIndices: ArraySlice(0..<Int32(images.count)),
        sums: LocalShardSums())
    ).labelled([UInt8](repeating: 0, count: images.count))
    self.images = AlignedBuffer(count: images.count * images.pixelsPerImage)
    for row in 0..<images.count {
      images.copyImage(row, to: self.images.pointer + row * images.pixelsPerImage)
    }
    model.allocate(rows: images.count)
    let layers = model.networks.flatMap(\.layers)
    let widest = layers.map { max($0.inputCount, $0.outputCount) }.max()!
    outputGradient = AlignedBuffer(count: images.count * widest)
    inputGradient = AlignedBuffer(count: images.count * widest)
    gradients = AlignedBuffer(count: images.count * widest)
    fillUniform(
      gradients.pointer, count: gradients.count, low: -1, high: 1,
      key: RandomKey(seed: configuration.seed, purpose: .generation), step: 0, index: 0)
    let names = model.networks.flatMap { network in
      let part = network.parameters.first?.name.split(separator: ".").dropLast(2).first.map { "\($0)." } ?? ""
      return network.layers.map { $0.name(in: part) }
    }
    var input = UnsafePointer(self.images.pointer)
    for (index, layer) in layers.enumerated() {
      // Two heads take the output of one trunk: the second makes do with random numbers.
      if index > 0 && layer.inputCount != layers[index - 1].outputCount {
        input = UnsafePointer(gradients.pointer)
      }
      stations.append(Station(name: names[index], layer: layer, input: input, isFirst: index == 0))
      input = UnsafePointer(layer.output)
    }
  }

  /// Each layer forward, then each backward without the gradient of its input, then each with it.
  mutating func runRound() {
    for index in stations.indices {
      let (layer, input) = (stations[index].layer, stations[index].input)
      let seconds = time { layer.forward(input: input, pass: pass) }
      stations[index].forward = min(stations[index].forward, seconds)
    }
    // In sweeps of their own, so that both kinds find the same in the caches.
    for index in stations.indices.reversed() {
      let seconds = time(backwardPass(of: stations[index], inputGradient: nil))
      stations[index].backward = min(stations[index].backward, seconds)
    }
    for index in stations.indices.reversed() {
      let seconds = time(backwardPass(of: stations[index], inputGradient: inputGradient.pointer))
      stations[index].backwardWithInput = min(stations[index].backwardWithInput, seconds)
    }
  }

  private func backwardPass(of station: Station, inputGradient: UnsafeMutablePointer<Float>?) -> () -> Void {
    outputGradient.pointer.update(
      from: gradients.pointer, count: pass.rowCount * station.layer.outputCount)
    return {
      station.layer.backward(
        input: station.input, outputGradient: outputGradient.pointer, inputGradient: inputGradient,
        pass: pass)
    }
  }

  private func time(_ body: () -> Void) -> Double {
    let start = benchmarkSeconds(team: pass.team)
    body()
    return benchmarkSeconds(team: pass.team) - start
  }

  var rows: [LayerBenchmark.Row] {
    stations.map { station in
      let hasParameters = !station.layer.parameters.isEmpty
      let withoutInput = hasParameters ? station.backward : 0
      let multiplications = station.layer.multiplications
      return LayerBenchmark.Row(
        name: station.name,
        operations: multiplications == 0 ? nil : Double(2 * multiplications * pass.rowCount),
        forward: station.forward,
        inputGradient: station.isFirst ? nil : max(0, station.backwardWithInput - withoutInput),
        weightGradient: hasParameters ? station.backward : nil)
    }
  }
}

extension Layer {
  /// What the layer is called: the prefix of its parameters, else its type.
  fileprivate func name(in part: String) -> String {
    guard let parameter = parameters.first else { return "\(part)\(Self.self)" }
    let words = parameter.name.split(separator: ".")
    return (words.prefix { $0 != "parametrizations" }).prefix(words.count - 1).joined(separator: ".")
  }
}
