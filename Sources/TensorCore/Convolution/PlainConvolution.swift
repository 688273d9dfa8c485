/// The references behind the interface of a fast algorithm.
package final class PlainConvolution: ConvolutionAlgorithm {
  package let geometry: ConvolutionGeometry

  package init(_ geometry: ConvolutionGeometry) { self.geometry = geometry }

  package func correlate(
    fine: UnsafePointer<Float>, weight: UnsafePointer<Float>, bias: UnsafePointer<Float>?,
    negativeSlope: Float,
    coarse: UnsafeMutablePointer<Float>, rows: Int, team: ThreadTeam
  ) {
    let sums = geometry.correlateReference(
      fine: copy(fine, rows * geometry.fine.count), weight: copy(weight, geometry.weightCount), rows: rows)
    finish(sums, bias: bias, channels: geometry.coarse.channels, negativeSlope: negativeSlope, into: coarse)
  }

  package func spread(
    coarse: UnsafePointer<Float>, weight: UnsafePointer<Float>, bias: UnsafePointer<Float>?,
    negativeSlope: Float,
    fine: UnsafeMutablePointer<Float>, rows: Int, team: ThreadTeam
  ) {
    let sums = geometry.spreadReference(
      coarse: copy(coarse, rows * geometry.coarse.count), weight: copy(weight, geometry.weightCount),
      rows: rows)
    finish(sums, bias: bias, channels: geometry.fine.channels, negativeSlope: negativeSlope, into: fine)
  }

  package func weightGradient(
    fine: UnsafePointer<Float>, coarse: UnsafePointer<Float>, weightGradient: UnsafeMutablePointer<Float>,
    rows: ShardedRows, team: ThreadTeam
  ) {
    var partials = (0..<rows.shardCount).map { shard -> [Float] in
      let first = rows.offsets[shard]
      let count = rows.offsets[shard + 1] - first
      let fineImages = copy(fine + first * geometry.fine.count, count * geometry.fine.count)
      let coarseImages = copy(coarse + first * geometry.coarse.count, count * geometry.coarse.count)
      return geometry.weightGradientReference(fine: fineImages, coarse: coarseImages, rows: count)
    }
    while partials.count > 1 {
      partials = (0..<partials.count / 2).map { pair -> [Float] in
        zip(partials[2 * pair], partials[2 * pair + 1]).map { $0 + $1 }
      }
    }
    weightGradient.update(from: partials[0], count: geometry.weightCount)
  }

  private func copy(_ pointer: UnsafePointer<Float>, _ count: Int) -> [Float] {
    Array(UnsafeBufferPointer(start: pointer, count: count))
  }

  private func finish(
    _ sums: [Float], bias: UnsafePointer<Float>?, channels: Int, negativeSlope: Float,
    into output: UnsafeMutablePointer<Float>
  ) {
    for (index, sum) in sums.enumerated() {
      let value = sum + (bias?[index % channels] ?? 0)
      output[index] = value < 0 ? value * negativeSlope : value
    }
  }
}
