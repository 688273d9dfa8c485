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
    let memory = GradientMemory(plan, gradientLayout)
    ScratchPool.shared.withFloats(subtrees * count) { results in
      rows.offsets.withUnsafeBufferPointer { offsets in
        team.forEachRange(subtrees) { range in
          ScratchPool.shared.withFloats(memory.count + levels * count) { scratch in
            let waiting = scratch + memory.count
            let workspace = WinogradWorkspace(plan, memory: scratch + memory.workspace)
            for subtree in range {
              for shard in 0..<shards {
                let number = subtree * shards + shard
                sumPlanes(
                  fine: fine, coarse: coarse, images: offsets[number]..<offsets[number + 1], memory, scratch,
                  workspace)
                addToTree(scratch + memory.sums, shard: shard, waiting: waiting)
              }
              (results + subtree * count).update(from: waiting + (levels - 1) * count, count: count)
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

  /// sums[plane] = sum over `images` of (B^T fine B)^T (A coarse A^T), tiles in order.
  private func sumPlanes(
    fine: UnsafePointer<Float>, coarse: UnsafePointer<Float>, images: Range<Int>, _ memory: GradientMemory,
    _ scratch: UnsafeMutablePointer<Float>, _ workspace: WinogradWorkspace
  ) {
    let sums = scratch + memory.sums
    if images.isEmpty { return sums.update(repeating: 0, count: memory.sumCount) }
    let first = images.lowerBound * plan.tileRows.count
    let end = images.upperBound * plan.tileRows.count
    for start in stride(from: first, to: end, by: gradientLayout.tileRows) {
      let block = start..<min(end, start + gradientLayout.tileRows)
      plan.transformFine(
        fine, block: block, to: scratch + memory.fineSpectrum, layout: gradientLayout, workspace)
      plan.transformCoarse(
        coarse, block: block, to: scratch + memory.coarseSpectrum, layout: gradientLayout, workspace)
      gradientLayout.accumulateOuterProducts(
        fine: scratch + memory.fineSpectrum, fineChannels: geometry.fine.channels,
        coarse: scratch + memory.coarseSpectrum, coarsePanels: plan.coarsePanels, sums: sums,
        isFirst: start == first, lineCounts: workspace.lineCounts)
    }
  }

  /// Transforms a shard's sums to taps and adds them up as a binary counter does: sums of 1, 2, 4, … shards wait for
  /// their neighbour, each as (8-channel blocks of coarse, fine channels, taps, 8).
  private func addToTree(
    _ sums: UnsafePointer<Float>, shard: Int, waiting: UnsafeMutablePointer<Float>
  ) {
    let fineChannels = geometry.fine.channels
    let count = geometry.weightCount
    let level = (~shard).trailingZeroBitCount
    let pointStride = plan.coarsePanels * fineChannels * 16
    for block in 0..<geometry.coarse.channels / 8 {
      for fine in 0..<fineChannels {
        let source = sums + ((block / 2 * fineChannels + fine) * 16 + block % 2 * 8)
        let target = waiting + (block * fineChannels + fine) * plan.tapCount * 8
        plan.taps.unpack(source, pointStride: pointStride, waiting: target, level: level, levelStride: count)
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

/// Where a thread's spectra, sums and workspace lie in its memory.
private struct GradientMemory {
  let fineSpectrum = 0
  let coarseSpectrum: Int
  let sums: Int
  let sumCount: Int
  let workspace: Int
  let count: Int

  init(_ plan: WinogradPlan, _ layout: WinogradSpectrum) {
    coarseSpectrum = layout.count(channels: plan.geometry.fine.channels)
    sums = coarseSpectrum + layout.count(channels: plan.geometry.coarse.channels)
    sumCount = plan.planeCount * plan.coarsePanels * plan.geometry.fine.channels * 16
    workspace = sums + sumCount
    count = (workspace + WinogradWorkspace.count(plan) + 15) / 16 * 16
  }
}
