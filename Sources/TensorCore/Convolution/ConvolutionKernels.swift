/// The three products of one geometry, by the algorithm that is fastest for its shape.
///
/// The choice looks at the geometry alone, never at the number of rows, threads or a clock: it is part of what fixes the
/// bits of a run. Docs/convolutions.md has the measurements behind it.
public final class ConvolutionKernels {
  public let geometry: ConvolutionGeometry
  private let algorithm: any ConvolutionAlgorithm

  public init(_ geometry: ConvolutionGeometry) {
    self.geometry = geometry
    algorithm =
      WinogradConvolution.isWorthwhile(geometry)
      ? WinogradConvolution(geometry) : DirectConvolution(geometry)
  }

  /// coarse = finish(correlate(fine, weight) + bias), where finish multiplies negative values by `negativeSlope`.
  ///
  /// - Parameters:
  ///   - fine: (rows, fine.count), channels last.
  ///   - weight: (coarse channels, fine channels, kernel height, kernel width).
  ///   - bias: (coarse channels), or nil.
  ///   - coarse: (rows, coarse.count).
  public func correlate(
    fine: UnsafePointer<Float>, weight: UnsafePointer<Float>, bias: UnsafePointer<Float>?,
    negativeSlope: Float,
    coarse: UnsafeMutablePointer<Float>, rows: Int, team: ThreadTeam
  ) {
    algorithm.correlate(
      fine: fine, weight: weight, bias: bias, negativeSlope: negativeSlope, coarse: coarse, rows: rows,
      team: team)
  }

  /// fine = finish(spread(coarse, weight) + bias): the adjoint of `correlate`.
  ///
  /// - Parameter bias: (fine channels), or nil.
  public func spread(
    coarse: UnsafePointer<Float>, weight: UnsafePointer<Float>, bias: UnsafePointer<Float>?,
    negativeSlope: Float,
    fine: UnsafeMutablePointer<Float>, rows: Int, team: ThreadTeam
  ) {
    algorithm.spread(
      coarse: coarse, weight: weight, bias: bias, negativeSlope: negativeSlope, fine: fine, rows: rows,
      team: team)
  }

  /// weightGradient = sum over rows, shard by shard and the shards in their tree; written, not added to.
  public func weightGradient(
    fine: UnsafePointer<Float>, coarse: UnsafePointer<Float>, weightGradient: UnsafeMutablePointer<Float>,
    rows: ShardedRows, team: ThreadTeam
  ) {
    algorithm.weightGradient(
      fine: fine, coarse: coarse, weightGradient: weightGradient, rows: rows, team: team)
  }
}
