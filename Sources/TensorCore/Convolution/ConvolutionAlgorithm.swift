/// A way to compute the three products of a `ConvolutionGeometry`.
///
/// Every result depends on the geometry and the numbers alone: an element's terms are added in an order that does not
/// depend on how many rows there are, on threads or on timing; weight gradients sum each shard's rows first and the
/// shards in the binary tree of `ShardedRows`. Images are channels last, weights as PyTorch stores them.
package protocol ConvolutionAlgorithm: AnyObject {
  var geometry: ConvolutionGeometry { get }

  /// coarse = finish(correlate(fine, weight) + bias), where finish multiplies negative values by `negativeSlope`.
  /// - Parameter bias: one value a coarse channel, or nil.
  func correlate(
    fine: UnsafePointer<Float>, weight: UnsafePointer<Float>, bias: UnsafePointer<Float>?,
    negativeSlope: Float,
    coarse: UnsafeMutablePointer<Float>, rows: Int, team: ThreadTeam)

  /// fine = finish(spread(coarse, weight) + bias).
  /// - Parameter bias: one value a fine channel, or nil.
  func spread(
    coarse: UnsafePointer<Float>, weight: UnsafePointer<Float>, bias: UnsafePointer<Float>?,
    negativeSlope: Float,
    fine: UnsafeMutablePointer<Float>, rows: Int, team: ThreadTeam)

  /// weightGradient = sum over rows, in tree order over shards; written, not added to.
  func weightGradient(
    fine: UnsafePointer<Float>, coarse: UnsafePointer<Float>, weightGradient: UnsafeMutablePointer<Float>,
    rows: ShardedRows, team: ThreadTeam)
}
