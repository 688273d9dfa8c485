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

  /// Makes the arena's gradients the sum of themselves and of all since the last batch ended. Call it once for each
  /// micro-batch, when its gradients are complete; `endsBatch` says that it was the last.
  public func accumulate(endsBatch: Bool, team: ThreadTeam) {
    if !isEmpty {
      addVectors(sums.pointer, to: arena.gradients.pointer, count: arena.count, team: team)
    }
    if !endsBatch { sums.pointer.update(from: arena.gradients.pointer, count: arena.count) }
    isEmpty = endsBatch
  }
}
