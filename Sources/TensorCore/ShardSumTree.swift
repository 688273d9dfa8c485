/// Adds up large sums of shards, such as the gradient of a weight, in the binary tree of `ShardedRows`, without keeping
/// every shard's sum.
///
/// Threads take shards side by side, each a run of shards that is a subtree, and adds them as a binary counter does: the
/// sums of 1, 2, 4, … shards wait for their neighbour. So there are as many buffers a thread as the tree has levels, and the
/// kernel that makes a shard's sum adds the waiting ones while it has the elements at hand. The bits depend neither on
/// the number of threads nor on which shards they take. The memory stays between calls.
package final class ShardSumTree {
  /// Where the sum of a shard goes.
  package struct Place {
    /// The shard.
    package let shard: Int
    /// The thread, for scratch memory of its own.
    package let member: Int
    /// What the kernel writes: the shard's sum plus, one after another, the waiting ones. Until then it may hold anything,
    /// such as the sum of the first of the shard's rows.
    package let sum: UnsafeMutablePointer<Float>
    /// How many sums wait for this one.
    package let waitingCount: Int
    fileprivate let firstWaiting: UnsafeMutablePointer<Float>
    fileprivate let stride: Int

    /// The waiting sums, in the order in which they are to be added.
    @inline(__always)
    package func waiting(_ index: Int) -> UnsafePointer<Float> {
      UnsafePointer(firstWaiting + index * stride)
    }
  }

  /// Elements of a sum.
  package let count: Int
  private let stride: Int
  private var memory = AlignedBuffer<Float>(count: 0)

  package init(count: Int) {
    self.count = count
    stride = (count + 15) / 16 * 16
  }

  /// Calls `addShard` for each of `shardCount` shards, shared over the team, and adds up what it leaves.
  ///
  /// - Parameter shardCount: a power of two.
  /// - Returns: the sum over all shards, `count` elements that are valid until the next call.
  package func sum(
    shardCount: Int, team: ThreadTeam, addShard: (Place) -> Void
  ) -> UnsafePointer<Float> {
    // A subtree a thread; where that would leave threads without one or with unequal shares, smaller ones.
    let isPower = team.count & (team.count - 1) == 0
    let runs = min(shardCount, isPower ? team.count : max(16, 4 * team.count.nextPowerOfTwo))
    let runLength = shardCount / runs
    let levels = treeLevels(runLength) - 1
    let needed = (runs + team.count * levels) * stride
    if memory.count < needed { memory = AlignedBuffer(count: needed) }
    let base = memory.pointer
    let stride = stride
    team.forEachShare(runs) { member, share in
      let waiting = base + (runs + member * levels) * stride
      for run in share {
        for index in 0..<runLength {
          let carries = (~index).trailingZeroBitCount
          let isLast = index == runLength - 1
          addShard(
            Place(
              shard: run * runLength + index, member: member,
              sum: isLast ? base + run * stride : waiting + carries * stride,
              waitingCount: isLast ? levels : carries, firstWaiting: waiting, stride: stride))
        }
      }
    }
    if runs > 1 { addRuns(base, runs, team: team) }
    return UnsafePointer(base)
  }

  /// Adds the sums of the runs into the first one, in their tree.
  private func addRuns(_ base: UnsafeMutablePointer<Float>, _ runs: Int, team: ThreadTeam) {
    let stride = stride
    team.forEachRange(stride, granule: 1024) { range in
      var step = 1
      while step < runs {
        var run = 0
        while run < runs {
          let sum = base + run * stride
          let other = sum + step * stride
          for offset in Swift.stride(from: range.lowerBound, to: range.upperBound, by: 8) {
            (Vector.load(sum, offset) + Vector.load(other, offset)).store(sum, offset)
          }
          run += 2 * step
        }
        step *= 2
      }
    }
  }
}

extension ThreadTeam {
  /// Runs `body` on each member with its index and its contiguous share of `0..<total`, if that is not empty.
  func forEachShare(_ total: Int, _ body: (_ member: Int, _ share: Range<Int>) -> Void) {
    run { member in
      let share = total * member / count..<total * (member + 1) / count
      if !share.isEmpty { body(member, share) }
    }
  }
}

extension Int {
  /// The least power of two that is not less.
  fileprivate var nextPowerOfTwo: Int { 1 << (Int.bitWidth - (self - 1).leadingZeroBitCount) }
}
