import TensorCore

/// Turns an arena's gradients by effective weights into those by the weights themselves (`SpectralNormalization`), where
/// each rank has summed a part of the arena.
///
/// A weight's product <G, W / sigma> is the sum of blocks in their order, where a block is what the weight has of a granule
/// of the arena. Parts are whole granules, so that each block is formed on one rank, and the product has the same bits at
/// any number of them:
///
///     fillProducts(part)         the blocks of the own part; those of others are 0
///     a sum over all ranks       of `products`, exact as all but one addend are 0
///     transform(part)            the gradients of the own part
public final class SpectralGradients {
  private struct Block {
    let weight: Int
    /// In the arena.
    let range: Range<Int>
  }

  private let weights: [Parameter]
  private let blocks: [Block]
  /// A number for each block.
  public let products: AlignedBuffer<Double>

  /// Nil where the arena has no normalised weights.
  ///
  /// - Parameter granule: parts begin at its multiples.
  public init?(_ arena: ParameterArena, granule: Int) {
    weights = arena.parameters.filter { $0.spectralNormalization != nil }
    if weights.isEmpty { return nil }
    blocks = weights.enumerated().flatMap { index, weight in
      let whole = weight.offset..<weight.offset + weight.count
      return (whole.lowerBound / granule...(whole.upperBound - 1) / granule).map {
        Block(weight: index, range: whole.clamped(to: $0 * granule..<($0 + 1) * granule))
      }
    }
    products = AlignedBuffer(count: blocks.count)
  }

  /// Forms the blocks of `part`, and sets the others to 0.
  ///
  /// - Precondition: `part` begins and ends at multiples of the granule, or where the arena ends.
  public func fillProducts(part: Range<Int>, team: ThreadTeam) {
    team.forEachRange(blocks.count) { range in
      for index in range {
        let block = blocks[index]
        let weight = weights[block.weight]
        products.pointer[index] =
          part.contains(block.range.lowerBound)
          ? weight.spectralNormalization!.product(of: elements(block.range, of: weight)) : 0
      }
    }
  }

  /// Transforms the gradients of `part` once the blocks of all parts stand in `products`.
  public func transform(part: Range<Int>, team: ThreadTeam) {
    var sums = [Double](repeating: 0, count: weights.count)
    for (block, product) in zip(blocks, products.elements) { sums[block.weight] += product }
    for (weight, sum) in zip(weights, sums) {
      let own = (weight.offset..<weight.offset + weight.count).clamped(to: part)
      weight.spectralNormalization!.transformGradient(
        elements(own, of: weight), product: sum, team: team)
    }
  }

  /// A range of the arena as one of the weight's elements.
  private func elements(_ range: Range<Int>, of weight: Parameter) -> Range<Int> {
    range.lowerBound - weight.offset..<range.upperBound - weight.offset
  }
}
