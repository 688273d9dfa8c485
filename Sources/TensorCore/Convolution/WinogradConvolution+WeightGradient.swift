// The weight gradient: a shard's transformed images are multiplied plane by plane, tiles in order, and the sums
// transformed back to taps. So a shard's gradient stands before it is added to others, and ranks that hold a part of the
// shards add up the same numbers as one that holds them all.

extension WinogradConvolution {
  package func weightGradient(
    fine: UnsafePointer<Float>, coarse: UnsafePointer<Float>, weightGradient: UnsafeMutablePointer<Float>,
    rows: ShardedRows, team: ThreadTeam
  ) {
    let subtrees = subtreeCount(shards: rows.shardCount, threads: team.count)
    let shards = rows.shardCount / subtrees
    let count = geometry.weightCount
    let levels = treeLevels(shards)
    let memory = GradientMemory(plan, gradientLayout, rows: rows, weightCount: count, levels: levels)
    ScratchPool.shared.withFloats(subtrees * count) { results in
      rows.offsets.withUnsafeBufferPointer { offsets in
        team.forEachRange(subtrees) { range in
          ScratchPool.shared.withFloats(memory.count) { scratch in
            let workspace = WinogradWorkspace(plan, memory: scratch + memory.workspace)
            for subtree in range {
              for shard in 0..<shards {
                let number = subtree * shards + shard
                addShard(
                  shard, fine: fine, coarse: coarse, images: offsets[number]..<offsets[number + 1],
                  rows: rows.rowCount, memory, scratch, workspace)
              }
              (results + subtree * count).update(
                from: scratch + memory.waiting + (levels - 1) * count, count: count)
            }
          }
        }
      }
      writeTreeSum(of: results, subtrees: subtrees, to: weightGradient, team: team)
    }
  }

  /// How many equal parts of the tree threads share: few, since each has a gradient of its own, but enough to keep all
  /// threads busy.
  private func subtreeCount(shards: Int, threads: Int) -> Int {
    var count = 1
    while count < threads { count *= 2 }
    return min(shards, count == threads ? count : 4 * count)
  }

  /// Computes the gradient of shard number `shard` of a subtree and adds it to the sums that wait for it.
  ///
  /// For a few panels of channels at a time all planes are summed, and transformed to taps while they are in the cache.
  /// If the shard takes several blocks, the sums of planes wait in memory instead.
  private func addShard(
    _ shard: Int, fine: UnsafePointer<Float>, coarse: UnsafePointer<Float>, images: Range<Int>, rows: Int,
    _ memory: GradientMemory, _ scratch: UnsafeMutablePointer<Float>, _ workspace: WinogradWorkspace
  ) {
    let layout = gradientLayout
    let (fineSpectrum, coarseSpectrum) = (scratch, scratch + memory.coarseSpectrum)
    var start = images.lowerBound * plan.tileRows.count
    let end = images.upperBound * plan.tileRows.count
    var isFirst = true
    repeat {
      let block = start..<min(end, start + layout.tileRows)
      plan.transformFine(fine, block: block, to: fineSpectrum, layout: layout, workspace)
      plan.transformCoarse(coarse, block: block, to: coarseSpectrum, layout: layout, workspace)
      let isLast = block.upperBound == end
      let groups = PanelGroup.all(plan)
      var prefetch = WinogradPrefetch(
        plan.fineRows(of: fine, block.next, rows: rows), plan.coarseRows(of: coarse, block.next, rows: rows))
      prefetch.spread(over: groups.count * plan.planeCount)
      for (number, group) in groups.enumerated() {
        let sums =
          scratch
          + (memory.sums + (isFirst && isLast ? 0 : number * plan.planeCount * PanelGroup.planeStride))
        layout.accumulateOuterProducts(
          fine: fineSpectrum + group.firstFine / 16 * layout.panelStride, fineChannels: group.fineChannels,
          coarse: coarseSpectrum + group.firstCoarse / 16 * layout.panelStride,
          coarsePanels: group.coarsePanels, sums: sums, planeStride: PanelGroup.planeStride, isFirst: isFirst,
          lineCounts: workspace.lineCounts, prefetch: &prefetch)
        if isLast { addToTree(sums, group, shard: shard, waiting: scratch + memory.waiting) }
      }
      isFirst = false
      start = block.upperBound
    } while start < end
  }

  /// Transforms a shard's sums for a group of panels to taps and adds them up as a binary counter does: sums of 1, 2, 4,
  /// … shards wait for their neighbour, each as (8-channel blocks of coarse, fine channels, taps, 8).
  private func addToTree(
    _ sums: UnsafePointer<Float>, _ group: PanelGroup, shard: Int, waiting: UnsafeMutablePointer<Float>
  ) {
    let level = (~shard).trailingZeroBitCount
    for coarse in stride(from: 0, to: group.coarseChannels, by: 8) {
      for fine in 0..<group.fineChannels {
        let pair = coarse / 16 * group.finePanels + fine / 16
        let block = (group.firstCoarse + coarse) / 8
        plan.taps.unpack(
          sums + (pair * 256 + fine % 16 * 16 + coarse % 16), pointStride: PanelGroup.planeStride,
          waiting: waiting + (block * geometry.fine.channels + group.firstFine + fine) * plan.tapCount * 8,
          level: level, levelStride: geometry.weightCount)
      }
    }
  }

  /// Adds the subtrees' sums in their tree and writes them as PyTorch stores weights.
  private func writeTreeSum(
    of results: UnsafeMutablePointer<Float>, subtrees: Int, to weightGradient: UnsafeMutablePointer<Float>,
    team: ThreadTeam
  ) {
    let count = geometry.weightCount
    let length = geometry.fine.channels * plan.tapCount
    team.forEachRange(geometry.coarse.channels / 8) { blocks in
      for block in blocks {
        let sums = results + block * length * 8
        var distance = 1
        while distance < subtrees {
          for left in stride(from: 0, to: subtrees, by: 2 * distance) {
            let target = sums + left * count
            mapVectors(target, target + distance * count, target, count: length * 8) { $0 + $1 }
          }
          distance *= 2
        }
        transposePanel(
          sums, rows: length, columns: 8, into: weightGradient + block * 8 * length, width: length)
      }
    }
  }
}

/// Up to two panels of fine and two of coarse channels, whose gradient is computed at a time.
private struct PanelGroup {
  var firstFine: Int
  var fineChannels: Int
  var firstCoarse: Int
  var coarseChannels: Int

  var finePanels: Int { (fineChannels + 15) / 16 }
  var coarsePanels: Int { (coarseChannels + 15) / 16 }

  /// Floats from one plane's sums to the next. A cache line more than the sums take, since planes at distances of a
  /// power of two would compete for the same places in the cache.
  static let planeStride = 4 * 256 + 16

  static func all(_ plan: WinogradPlan) -> [PanelGroup] {
    let (fine, coarse) = (plan.geometry.fine.channels, plan.geometry.coarse.channels)
    return stride(from: 0, to: coarse, by: 32).flatMap { firstCoarse in
      stride(from: 0, to: fine, by: 32).map { firstFine in
        PanelGroup(
          firstFine: firstFine, fineChannels: min(32, fine - firstFine), firstCoarse: firstCoarse,
          coarseChannels: min(32, coarse - firstCoarse))
      }
    }
  }
}

/// Where a thread's spectra, sums, waiting gradients and workspace lie in its memory, which begins with the fine spectrum.
private struct GradientMemory {
  let coarseSpectrum: Int
  let sums: Int
  let waiting: Int
  let workspace: Int
  let count: Int

  init(_ plan: WinogradPlan, _ layout: WinogradSpectrum, rows: ShardedRows, weightCount: Int, levels: Int) {
    func aligned(_ count: Int) -> Int { (count + 15) / 16 * 16 }
    let largestShard = zip(rows.offsets, rows.offsets.dropFirst()).map { $1 - $0 }.max() ?? 0
    let takesSeveralBlocks = largestShard * plan.tileRows.count > layout.tileRows
    coarseSpectrum = layout.count(channels: plan.geometry.fine.channels)
    sums = coarseSpectrum + layout.count(channels: plan.geometry.coarse.channels)
    waiting =
      sums + plan.planeCount * PanelGroup.planeStride * (takesSeveralBlocks ? PanelGroup.all(plan).count : 1)
    workspace = aligned(waiting + levels * weightCount)
    count = workspace + WinogradWorkspace.count(plan)
  }
}
