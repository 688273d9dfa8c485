import NeuralNet
import TensorCore
import TestSupport
import Testing

/// The formula of `torch.nn.utils.clip_grad_norm_`.
@Test func clippingScalesLargeNormsDownAndLeavesSmallOnes() {
  #expect(clippingFactor(norm: 0.5, maximum: 1) == 1)
  #expect(clippingFactor(norm: 1, maximum: 1) == Float(1 / 1.000001))
  #expect(clippingFactor(norm: 4, maximum: 1) == Float(1 / 4.000001))
  #expect(clippingFactor(norm: 0, maximum: 1e-9) == Float(1e-9 / 1e-6))
}

/// (a + b) + c, and nothing of it in the next batch. The gaps between parameters stay zero.
@Test func microBatchesAreAddedInOrder() {
  let arena = ParameterArena([Parameter("a", shape: [3], initializer: .zeros)])
  let accumulator = GradientAccumulator(arena)
  let parts: [[Float]] = [[1, 0x1p-24, 3], [0x1p-24, 0x1p-24, 4], [0x1p-24, 1, -7]]
  for batch in 0..<2 {
    for (index, part) in parts.enumerated() {
      arena.parameters[0].gradients.update(from: part, count: 3)
      accumulator.accumulate(part: 0..<arena.count, endsBatch: index == 2, team: singleThread)
    }
    // In another order the first would be above 1.
    #expect(Array(arena.gradients.array.prefix(4)) == [1, 1 + 0x1p-23, 0, 0], "batch \(batch)")
  }
}
