import Collectives
import NeuralNet
import TensorCore

/// Parameters that are trained together: their gradients are summed over all ranks, each rank updates its own part of them,
/// and all get each other's.
///
/// A model has one; of a GAN the generator and the discriminator have one each, and nothing of the one moves the other.
final class Learner {
  let arena: ParameterArena
  let optimizer: any Optimizer
  /// How the learning rate moves; its horizon is restored with the run.
  var schedule: LearningRateSchedule
  /// The part of the arena that this rank sums and updates.
  let ownPart: Range<Int>
  /// The squared norm of the summed gradients, block by block.
  private let squaredNormBlocks: AlignedBuffer<Double>
  private let accumulator: GradientAccumulator?
  private let spectralGradients: SpectralGradients?
  private let maximumNorm: Double?
  private let group: ProcessGroup
  private let team: ThreadTeam

  /// - Parameters:
  ///   - accumulates: whether a batch may give gradients more than once.
  ///   - maximumNorm: of the gradients that an update uses.
  init(
    _ arena: ParameterArena, optimizer: any Optimizer, schedule: LearningRateSchedule, accumulates: Bool,
    maximumNorm: Double?, group: ProcessGroup, team: ThreadTeam
  ) {
    self.arena = arena
    self.optimizer = optimizer
    self.schedule = schedule
    self.maximumNorm = maximumNorm
    self.group = group
    self.team = team
    if let shared = group.makeSharedWindow(count: arena.count) {
      arena.move(
        values: AlignedBuffer(borrowing: shared.values, count: arena.count),
        gradients: AlignedBuffer(borrowing: shared.gradients, count: arena.count))
    }
    accumulator = accumulates ? GradientAccumulator(arena) : nil
    spectralGradients = SpectralGradients(arena, granule: ProcessGroup.partGranule)
    precondition(squaredNormBlock == ProcessGroup.partGranule)
    ownPart = group.ownPart(of: arena.count)
    squaredNormBlocks = AlignedBuffer(count: group.granuleCount(arena.count))
  }

  /// Returns when no other rank reads this one's gradients any more: a backward pass may write them. All ranks take part.
  func releaseGradients() {
    group.releaseParts(of: arena.gradients.elements, phase: "gradient sum")
  }

  /// Sums the gradients that a backward pass has left over the shards of all ranks, in tree order, and adds them to what
  /// the batch gave before; each rank ends with its own part. At the batch's end they become those by the parameters, where
  /// layers multiply by something else. All ranks take part.
  ///
  /// - Parameter endsBatch: whether an update follows.
  func sumGradients(endsBatch: Bool) {
    group.sumParts(arena.gradients.elements, phase: "gradient sum")
    accumulator?.accumulate(part: ownPart, endsBatch: endsBatch, team: team)
    if let spectralGradients, endsBatch {
      spectralGradients.fillProducts(part: ownPart, team: team)
      group.sumInPlace(spectralGradients.products.elements, phase: "gradient sum")
      spectralGradients.transform(part: ownPart, team: team)
    }
  }

  /// Makes the update that follows `step` others, with the gradients divided once by the true number of samples. All ranks
  /// take part.
  ///
  /// - Returns: the norm of the gradients, before it was limited.
  func update(after step: Int, samples: Int) -> Double {
    var scale = 1 / Float(samples)
    squaredNorms(arena.gradients.pointer, part: ownPart, blocks: squaredNormBlocks.pointer, team: team)
    if let maximumNorm {
      group.shareGranules(squaredNormBlocks.elements, of: arena.values.elements, phase: "norm")
      scale *= clippingFactor(norm: gradientNorm(scale), maximum: maximumNorm)
    }
    optimizer.update(
      arena, part: ownPart, learningRate: schedule.learningRate(after: step), gradientScale: scale, team: team
    )
    group.shareParts(
      arena.values.elements, granules: squaredNormBlocks.elements, phase: "parameter exchange")
    return gradientNorm(1 / Float(samples))
  }

  /// The norm of `scale` times the gradients of all ranks' parts.
  private func gradientNorm(_ scale: Float) -> Double {
    squaredNormBlocks.elements.reduce(0, +).squareRoot() * Double(scale)
  }
}
