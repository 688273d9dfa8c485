/// Sums a weight's gradient over the rows of each shard, and the shards in their tree.
///
/// An element is one chain of fused multiply-adds over the rows of a shard and the pixels of their coarse images (of
/// their fine ones where the plan is mirrored); pixels whose tap lies outside the fine image are left out of most.
final class DirectGradient {
  let plan: DirectGradientPlan
  private let tree: ShardSumTree
  private var blocks: [DirectBlock] = []

  init(_ plan: DirectGradientPlan) {
    self.plan = plan
    tree = ShardSumTree(count: plan.sumCount)
  }

  /// weightGradient = the sum over all rows; images as the plan's geometry names them.
  func sum(
    fine: UnsafePointer<Float>, coarse: UnsafePointer<Float>, weightGradient: UnsafeMutablePointer<Float>,
    rows: ShardedRows, team: ThreadTeam
  ) {
    while blocks.count < team.count { blocks.append(DirectBlock(plan)) }
    let sums = tree.sum(shardCount: rows.shardCount, team: team) { place in
      sumShard(
        fine: fine, coarse: coarse, rows: rows.offsets[place.shard]..<rows.offsets[place.shard + 1],
        into: place, block: blocks[place.member])
    }
    team.forEachRange(plan.panelCount * plan.tileCount, granule: 8) { range in
      for tile in range { unpack(sums + tile * 96, index: tile, into: weightGradient) }
    }
  }

  private func sumShard(
    fine: UnsafePointer<Float>, coarse: UnsafePointer<Float>, rows: Range<Int>,
    into place: ShardSumTree.Place,
    block: DirectBlock
  ) {
    let plan = plan
    if rows.isEmpty {
      let work = DirectGradientWork(plan, block, coarse: coarse, images: 0, part: 0, place: place)
      return work.run(isFirst: true, isLast: true)
    }
    for first in stride(from: rows.lowerBound, to: rows.upperBound, by: plan.imagesPerBlock) {
      let images = min(plan.imagesPerBlock, rows.upperBound - first)
      let blockCoarse = coarse + first * plan.geometry.coarse.count
      for image in 0..<images {
        block.packFine(fine + (first + image) * plan.geometry.fine.count, image: image)
        if plan.packsCoarse {
          block.packCoarse(blockCoarse + image * plan.geometry.coarse.count, image: image)
        }
      }
      for part in 0..<plan.partCount {
        let work = DirectGradientWork(
          plan, block, coarse: blockCoarse, images: images, part: part, place: place)
        work.run(
          isFirst: first == rows.lowerBound && part == 0,
          isLast: first + images == rows.upperBound && part == plan.partCount - 1)
      }
    }
  }

  /// Puts the elements of a tile where they belong in the weight.
  private func unpack(
    _ tile: UnsafePointer<Float>, index: Int, into weightGradient: UnsafeMutablePointer<Float>
  ) {
    let (fineChannels, coarseChannels) = (plan.geometry.fine.channels, plan.geometry.coarse.channels)
    let taps = plan.tapCount
    let channelStride = plan.isMirrored ? coarseChannels * taps : taps
    let columnStride = plan.isMirrored ? taps : fineChannels * taps
    let firstColumn = index / plan.tileCount * 16
    for row in 0..<6 {
      guard let (tap, channel) = plan.row(row, ofTile: index % plan.tileCount) else { break }
      let place =
        weightGradient + channel * channelStride + (plan.isMirrored ? taps - 1 - tap : tap)
        + firstColumn * columnStride
      for column in 0..<min(16, coarseChannels - firstColumn) {
        place[column * columnStride] = tile[row * 16 + column]
      }
    }
  }
}

/// All tiles of a block, or of a part of its image.
private struct DirectGradientWork {
  let plan: DirectGradientPlan
  let fine: UnsafePointer<Float>
  let coarse: UnsafePointer<Float>
  let coarsePanelStride: Int
  let images: Int
  let part: Int
  let place: ShardSumTree.Place

  init(
    _ plan: DirectGradientPlan, _ block: DirectBlock, coarse: UnsafePointer<Float>, images: Int, part: Int,
    place: ShardSumTree.Place
  ) {
    self.plan = plan
    fine = UnsafePointer(block.fine.pointer)
    self.coarse = plan.packsCoarse ? UnsafePointer(block.coarse.pointer) : coarse
    coarsePanelStride = plan.packsCoarse ? plan.panelStride : 16
    self.images = images
    self.part = part
    self.place = place
  }

  func run(isFirst: Bool, isLast: Bool) {
    let terms = UnsafePointer(plan.terms.pointer) + part
    let waitingCount = isLast ? place.waitingCount : 0
    for panel in 0..<plan.panelCount {
      let right = coarse + panel * coarsePanelStride
      var index = panel * plan.tileCount
      for slice in 0..<plan.sliceCount {
        let left = TileRows(fine + slice * plan.sliceStride, stride: 1, count: 6)
        for tap in 0..<plan.tapCount {
          accumulate(left, right, terms[tap * plan.partCount], tile: index, isFirst, waitingCount)
          index &+= 1
        }
      }
      var pair = 0
      while pair < plan.tapCount * plan.restChannels {
        let rows = min(6, plan.tapCount * plan.restChannels - pair)
        let left = TileRows(fine + plan.sliceCount * plan.sliceStride, count: rows) { row in
          let (tap, channel) = (pair + row).quotientAndRemainder(dividingBy: plan.restChannels)
          let (ky, kx) = tap.quotientAndRemainder(dividingBy: plan.geometry.kernelWidth)
          return (ky * plan.paddedWidth + kx) * plan.restChannels + channel
        }
        accumulate(
          left, right, terms[plan.tapCount * plan.partCount], tile: index, isFirst, waitingCount)
        index &+= 1
        pair &+= 6
      }
    }
  }

  @inline(__always)
  private func accumulate(
    _ left: TileRows, _ right: UnsafePointer<Float>, _ terms: DirectGradientPlan.Terms, tile index: Int,
    _ isFirst: Bool, _ waitingCount: Int
  ) {
    let sum = place.sum + index * 96
    var tile = ProductTile6x16()
    if !isFirst { tile.add(sum) }
    tile.accumulate(
      left, right: right, terms: UnsafePointer(plan.offsets.pointer) + terms.first,
      count: terms.perImage * images)
    var waiting = 0
    while waiting < waitingCount {
      tile.add(place.waiting(waiting) + index * 96)
      waiting &+= 1
    }
    tile.save(sum)
  }
}

extension DirectGradientPlan {
  /// The tap and the fine channel of a tile's row, or nil where there is none.
  fileprivate func row(_ row: Int, ofTile tile: Int) -> (tap: Int, channel: Int)? {
    if tile < sliceCount * tapCount { return (tile % tapCount, tile / tapCount * 6 + row) }
    let pair = (tile - sliceCount * tapCount) * 6 + row
    if pair >= tapCount * restChannels { return nil }
    return (pair / restChannels, sliceCount * 6 + pair % restChannels)
  }
}
