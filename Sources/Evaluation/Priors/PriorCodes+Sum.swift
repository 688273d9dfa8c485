import Collectives
import Diagnostics
import TensorCore

extension PriorCodes {
  /// The sums over all codes of `width` numbers each, in the tree's order over shards: equal bits on every rank and at
  /// any number of ranks and threads; a collective call.
  ///
  /// - Parameter add: adds the numbers of some rows of a shard, in order, to `width` sums. Threads call it at the same
  ///   time for different shards.
  func sum(
    width: Int, group: ProcessGroup, team: ThreadTeam, phase: String,
    add: (Range<Int>, UnsafeMutablePointer<Double>) -> Void
  ) -> [Double] {
    let partials = subtreeSums(width: width, team: team, add: add)
    return partials.withUnsafeBufferPointer { partials in
      group.allowing(seconds: 600) { group.sum(shardPartials: partials, width: width, phase: phase) }
    }
  }

  /// This rank's part of `sum`: the sums of up to 16 equal subtrees of its shards, (subtrees, width).
  ///
  /// No more, so that a thousand shards don't need a thousand covariance matrices.
  package func subtreeSums(
    width: Int, team: ThreadTeam, add: (Range<Int>, UnsafeMutablePointer<Double>) -> Void
  ) -> [Double] {
    let subtrees = min(ownShards.count, 16)
    let leaves = ownShards.count / subtrees
    let levels = leaves.trailingZeroBitCount + 1
    let sums = AlignedBuffer<Double>(count: subtrees * width)
    team.forEachRange(subtrees) { range in
      // Sums of 1, 2, 4, … shards that wait for their neighbour, as a binary counter has digits.
      let stack = AlignedBuffer<Double>(count: levels * width)
      for subtree in range {
        var depth = 0
        for leaf in 0..<leaves {
          let top = stack.pointer + depth * width
          top.update(repeating: 0, count: width)
          add(rows(ofShard: ownShards.lowerBound + subtree * leaves + leaf), top)
          depth += 1
          for _ in 0..<(leaf + 1).trailingZeroBitCount {
            depth -= 1
            let pair = UnsafeMutableBufferPointer(
              start: stack.pointer + (depth - 1) * width, count: 2 * width)
            foldInTreeOrder(pair, count: 2)
          }
        }
        (sums.pointer + subtree * width).update(from: stack.pointer, count: width)
      }
    }
    return sums.array
  }

  /// Numbers of which each is other than zero on one rank at most, given to all; a collective call.
  func share(_ numbers: [Double], group: ProcessGroup, phase: String) -> [Double] {
    // A rank alone would keep the sign of zeros that 0 + -0 loses.
    numbers.map { $0 + 0 }.withUnsafeBufferPointer { numbers in
      group.allowing(seconds: 600) {
        group.sum(shardPartials: numbers, width: numbers.count, phase: phase)
      }
    }
  }

  /// - Throws: 65 on every rank if there are fewer codes than components, or one has an element that is not finite.
  func requireFit(components: Int, group: ProcessGroup) throws {
    guard count >= components else {
      throw Failure(
        .badData, "\(count) codes are too few for a mixture of \(components) components",
        help: "use at most as many components as there are codes")
    }
    let fault = values.elements.firstIndex { !$0.isFinite }.map { element in
      Failure(
        .badData,
        "code \(ownRows.lowerBound + element / dimension) is not finite: no prior can be fitted to it",
        help: "use a checkpoint from before the loss grew out of range")
    }
    try group.agree(fault, phase: "codes of the prior")
  }
}
