/// output[i] = values[i] / sigma, as a product with the reciprocal rounded to Float.
package func divide(
  _ values: UnsafePointer<Float>, by sigma: Double, into output: UnsafeMutablePointer<Float>, count: Int,
  team: ThreadTeam
) {
  let factor = Vector(repeating: Float(1 / sigma))
  forEachVector(count, team: team) { offset, width in
    (Vector.loadPartial(values + offset, count: width) * factor).storePartial(output + offset, count: width)
  }
}

/// Turns elements of a gradient by W / sigma into those of the gradient by W, with sigma = u^T W v and u, v constant:
///
///     gradient = (gradient - product u v^T) / sigma
///
/// - Parameters:
///   - gradient: of the whole matrix, (u's elements, v's elements); only `elements` of it, row by row, are touched.
///   - product: the sum of the gradient's products with W / sigma, over the whole matrix.
///   - columns: elements of `v`.
package func divideGradient(
  _ gradient: UnsafeMutablePointer<Float>, elements: Range<Int>, product: Double, sigma: Double,
  u: UnsafePointer<Float>, v: UnsafePointer<Float>, columns: Int, team: ThreadTeam
) {
  let scale = Vector(repeating: Float(1 / sigma))
  team.forEachRange(elements.count, granule: 64) { range in
    var element = elements.lowerBound + range.lowerBound
    let end = elements.lowerBound + range.upperBound
    while element < end {
      let (row, column) = element.quotientAndRemainder(dividingBy: columns)
      let count = min(columns - column, end - element)
      let factor = Vector(repeating: Float(-product * Double(u[row]) / sigma))
      let part = gradient + element
      mapVectors(part, v + column, part, count: count) { multiplyAdd(factor, $1, $0 * scale) }
      element += count
    }
  }
}
