import Artifacts
import Collectives
import Evaluation
import NeuralNet
import TensorCore

/// The moving average of a GAN's generator: of its parameters, and of the running statistics beside them.
///
/// After the update that t others precede, average = average + (1 - d) (value - average), with d the smaller of the decay
/// and (1 + t) / (10 + t): in the beginning, when the generator learns fast, the average follows sooner. Each rank moves
/// the part of the parameters that it has updated; the others' parts come when somebody asks for them.
///
/// Source: Yazıcı et al., "The unusual effectiveness of averaging in GAN training", 2019; the beginning as TensorFlow's
/// `ExponentialMovingAverage`.
final class GeneratorAverage {
  /// A network whose generator is the average; its discriminator is not used.
  let network: GenerativeAdversarialNetwork
  private let decay: Double
  /// Whether this rank has all of the average.
  private var isWhole = true

  init(decay: Double, network: GenerativeAdversarialNetwork) {
    self.decay = decay
    self.network = network
    // Nothing but drawing images is ever done with it.
    network.generator.allocate(rows: EvaluationChunks.size)
  }

  /// Takes the generator of a new run for its average.
  func begin(with generator: GenerativeAdversarialNetwork) {
    network.generatorArena.values.pointer.update(
      from: generator.generatorArena.values.pointer, count: network.generatorArena.count)
    for (average, value) in zip(network.generator.runningTensors, generator.generator.runningTensors) {
      average.bytes.copyMemory(from: UnsafeRawBufferPointer(value.bytes))
    }
    isWhole = true
  }

  /// Follows the update that `step` others precede.
  ///
  /// - Parameter part: of the parameters, this rank's.
  func follow(_ other: GenerativeAdversarialNetwork, part: Range<Int>, after step: Int, team: ThreadTeam) {
    let weight = Float(1 - min(decay, Double(1 + step) / Double(10 + step)))
    moveAverages(
      network.generatorArena.values.pointer + part.lowerBound,
      towards: other.generatorArena.values.pointer + part.lowerBound, weight: weight, count: part.count,
      team: team)
    for (average, value) in zip(network.generator.runningTensors, other.generator.runningTensors) {
      switch (average.storage, value.storage) {
      case (.values(let averages), .values(let values)):
        moveAverages(
          averages.pointer, towards: values.pointer, weight: weight, count: values.count, team: team)
      case (.counter, .counter), (.values, .counter), (.counter, .values):
        average.bytes.copyMemory(from: UnsafeRawBufferPointer(value.bytes))
      }
    }
    isWhole = false
  }

  /// Gives every rank all of the average. All ranks take part.
  func complete(_ group: ProcessGroup) {
    guard !isWhole else { return }
    group.shareParts(network.generatorArena.values.elements, phase: "average of the generator")
    isWhole = true
  }

  /// The tensors of `ema.safetensors`, by the generator's own names.
  var tensors: [NamedTensor] {
    namedTensors(network.generatorArena.parameters, network.generator.runningTensors)
  }

  /// The memory of the average, for sending it to other ranks.
  var memory: [UnsafeMutableRawBufferPointer] {
    [UnsafeMutableRawBufferPointer(network.generatorArena.values.elements)]
      + network.generator.runningTensors.map(\.bytes)
  }
}
