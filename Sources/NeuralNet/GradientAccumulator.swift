import TensorCore

/// Adds up the gradients of a batch's micro-batches, in their order: ((g0 + g1) + g2) + …
public final class GradientAccumulator {
  private let arena: ParameterArena
  private let sums: AlignedBuffer<Float>
  private var isEmpty = true

  public init(_ arena: ParameterArena) {
    self.arena = arena
    sums = AlignedBuffer(count: arena.count)
  }

  /// Makes the arena's gradients in `part` the sum of themselves and of all since the last batch ended. Call it once for
  /// each micro-batch, when its gradients are complete; `endsBatch` says that it was the last.
  public func accumulate(part: Range<Int>, endsBatch: Bool, team: ThreadTeam) {
    let gradients = arena.gradients.pointer + part.lowerBound
    let sum = sums.pointer + part.lowerBound
    if !isEmpty { addVectors(sum, to: gradients, count: part.count, team: team) }
    if !endsBatch { sum.update(from: gradients, count: part.count) }
    isEmpty = endsBatch
  }
}
