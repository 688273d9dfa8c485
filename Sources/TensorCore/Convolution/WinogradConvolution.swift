/// Convolutions by minimal filtering (`WinogradTile`): 1.5 to 4 times fewer multiplications than the definition has.
///
/// For 3x3 kernels of stride 1 and for 3x3 and 4x4 kernels of stride 2, with channels in eights. Images are cut into
/// tiles, transformed, multiplied with the transformed weights and transformed back, a few tile rows at a time, so that
/// all of it stays in the second-level cache. The arithmetic of an image does not depend on what is around it.
package final class WinogradConvolution: ConvolutionAlgorithm {
  package let geometry: ConvolutionGeometry
  let plan: WinogradPlan
  /// Blocks of tile rows for correlate and spread, and for weight gradients, which gain from long ones.
  private let productLayout: WinogradSpectrum
  let gradientLayout: WinogradSpectrum

  package static func supports(_ geometry: ConvolutionGeometry) -> Bool { WinogradPlan(geometry) != nil }

  /// Whether tiles save enough multiplications to pay for their transforms: not where a side is so short that most of a
  /// tile lies outside, nor with too few channels to do anything else with what has been transformed.
  package static func isWorthwhile(_ geometry: ConvolutionGeometry) -> Bool {
    guard let plan = WinogradPlan(geometry) else { return false }
    let tiled = plan.vertical.frequencies.count * plan.horizontal.frequencies.count
    let direct = geometry.coarse.pixelCount * geometry.kernelHeight * geometry.kernelWidth
    return 5 * tiled < 4 * direct && min(geometry.fine.channels, geometry.coarse.channels) >= 16
  }

  /// - Precondition: `supports(geometry)`.
  package init(_ geometry: ConvolutionGeometry) {
    guard let plan = WinogradPlan(geometry) else { preconditionFailure("no Winograd tiles for \(geometry)") }
    self.geometry = geometry
    self.plan = plan
    let rowBytes =
      4
      * (plan.spectrumCount(channels: geometry.fine.channels)
        + plan.spectrumCount(channels: geometry.coarse.channels))
    func layout(bytes: Int) -> WinogradSpectrum {
      WinogradSpectrum(
        vertical: plan.vertical, horizontal: plan.horizontal, tileRows: max(2, bytes / rowBytes))
    }
    productLayout = layout(bytes: 300_000)
    gradientLayout = layout(bytes: 1_000_000)
  }

  package func correlate(
    fine: UnsafePointer<Float>, weight: UnsafePointer<Float>, bias: UnsafePointer<Float>?,
    negativeSlope: Float,
    coarse: UnsafeMutablePointer<Float>, rows: Int, team: ThreadTeam
  ) {
    let layout = productLayout
    ScratchPool.shared.withFloats(plan.packedWeightCount) { weights in
      plan.packForCorrelate(weight, to: weights, team: team)
      forEachBlock(rows: rows, bias: bias, channels: geometry.coarse.channels, team: team) {
        block, workspace, fineSpectrum, coarseSpectrum in
        plan.transformFine(fine, block: block, to: fineSpectrum, layout: layout, workspace)
        layout.multiply(
          fineSpectrum, channels: geometry.fine.channels, weights: weights, to: coarseSpectrum,
          resultPanels: plan.coarsePanels, lineCounts: workspace.lineCounts,
          prefetch: WinogradPrefetch(
            plan.fineRows(of: fine, block.next, rows: rows),
            plan.coarseRows(of: coarse, block, rows: rows)))
        plan.finishCoarse(
          coarseSpectrum, layout: layout, block: block, to: coarse, negativeSlope: negativeSlope, workspace)
      }
    }
  }

  package func spread(
    coarse: UnsafePointer<Float>, weight: UnsafePointer<Float>, bias: UnsafePointer<Float>?,
    negativeSlope: Float,
    fine: UnsafeMutablePointer<Float>, rows: Int, team: ThreadTeam
  ) {
    let layout = productLayout
    ScratchPool.shared.withFloats(plan.packedWeightCount) { weights in
      plan.packForSpread(weight, to: weights, team: team)
      forEachBlock(rows: rows, bias: bias, channels: geometry.fine.channels, team: team) {
        block, workspace, fineSpectrum, coarseSpectrum in
        plan.transformCoarse(coarse, block: block, to: coarseSpectrum, layout: layout, workspace)
        layout.multiply(
          coarseSpectrum, channels: geometry.coarse.channels, weights: weights, to: fineSpectrum,
          resultPanels: plan.finePanels, lineCounts: workspace.lineCounts,
          prefetch: WinogradPrefetch(
            plan.coarseRows(of: coarse, block.next, rows: rows),
            plan.fineRows(of: fine, block, rows: rows)))
        plan.finishFine(
          fineSpectrum, layout: layout, block: block, to: fine, negativeSlope: negativeSlope, workspace)
      }
    }
  }

  /// Shares the images among the threads, and calls `body` for one block of tile rows after another.
  private func forEachBlock(
    rows: Int, bias: UnsafePointer<Float>?, channels: Int, team: ThreadTeam,
    _ body: (
      _ block: Range<Int>, _ workspace: WinogradWorkspace, _ fineSpectrum: UnsafeMutablePointer<Float>,
      _ coarseSpectrum: UnsafeMutablePointer<Float>
    ) -> Void
  ) {
    let fineCount = productLayout.count(channels: geometry.fine.channels)
    let coarseCount = productLayout.count(channels: geometry.coarse.channels)
    let workspaceCount = WinogradWorkspace.count(plan)
    team.forEachRange(rows) { images in
      ScratchPool.shared.withFloats(fineCount + coarseCount + workspaceCount) { memory in
        let workspace = WinogradWorkspace(plan, memory: memory + (fineCount + coarseCount))
        workspace.setBias(bias, channels: channels)
        let end = images.upperBound * plan.tileRows.count
        for first in stride(
          from: images.lowerBound * plan.tileRows.count, to: end, by: productLayout.tileRows)
        {
          body(first..<min(end, first + productLayout.tileRows), workspace, memory, memory + fineCount)
        }
      }
    }
  }
}

extension Range<Int> {
  /// As many numbers again.
  var next: Range { upperBound..<upperBound + count }
}
