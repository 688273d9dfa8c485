/// The three products of any geometry as they are defined, term by term, in tiles that stay in registers: the algorithm
/// for every shape.
///
/// Weights are packed once a call; images are read where they lie, or for the weight gradient copied a few at a time into
/// scratch memory in L2. Products over the rows of a tile are implicit: there is no matrix of windows (im2col). Zeros,
/// around images and between the pixels that a stride leaves apart, cost nothing.
package final class DirectConvolution: ConvolutionAlgorithm {
  package let geometry: ConvolutionGeometry
  // Made when first needed: a layer may never need its input's gradient, and a decoder none at all.
  private lazy var correlation = DirectPanels(
    .correlating(geometry), strides: .init(output: fineStride * geometry.fine.channels, input: fineStride),
    kernelWidth: geometry.kernelWidth)
  private lazy var spreading = DirectPanels(
    .spreading(geometry), strides: .init(output: fineStride, input: fineStride * geometry.fine.channels),
    kernelWidth: geometry.kernelWidth)
  private lazy var gradient = DirectGradient(DirectGradientPlan(geometry))
  /// From one fine channel's weights to the next one's.
  private var fineStride: Int { geometry.kernelHeight * geometry.kernelWidth }

  package init(_ geometry: ConvolutionGeometry) { self.geometry = geometry }

  package func correlate(
    fine: UnsafePointer<Float>, weight: UnsafePointer<Float>, bias: UnsafePointer<Float>?,
    negativeSlope: Float,
    coarse: UnsafeMutablePointer<Float>, rows: Int, team: ThreadTeam
  ) {
    correlation.pack(weight, bias: bias, team: team)
    multiply(correlation, fine, negativeSlope: negativeSlope, output: coarse, rows: rows, team: team)
  }

  package func spread(
    coarse: UnsafePointer<Float>, weight: UnsafePointer<Float>, bias: UnsafePointer<Float>?,
    negativeSlope: Float,
    fine: UnsafeMutablePointer<Float>, rows: Int, team: ThreadTeam
  ) {
    spreading.pack(weight, bias: bias, team: team)
    multiply(spreading, coarse, negativeSlope: negativeSlope, output: fine, rows: rows, team: team)
  }

  package func weightGradient(
    fine: UnsafePointer<Float>, coarse: UnsafePointer<Float>, weightGradient: UnsafeMutablePointer<Float>,
    rows: ShardedRows, team: ThreadTeam
  ) {
    let gradient = gradient
    gradient.sum(
      fine: gradient.plan.isMirrored ? coarse : fine, coarse: gradient.plan.isMirrored ? fine : coarse,
      weightGradient: weightGradient, rows: rows, team: team)
  }

  private func multiply(
    _ panels: DirectPanels, _ input: UnsafePointer<Float>, negativeSlope: Float,
    output: UnsafeMutablePointer<Float>, rows: Int, team: ThreadTeam
  ) {
    team.forEachRange(rows) { range in
      if panels.width == 1 {
        DirectDotProducts(plan: panels.plan, panels: panels)
          .run(input, negativeSlope: negativeSlope, output: output, rows: range)
      } else {
        DirectProducts(plan: panels.plan, panels: panels)
          .run(input, negativeSlope: negativeSlope, output: output, rows: range)
      }
    }
  }
}
