// Products of a matrix of Floats with vectors of Floats, in Double. A product of two Floats is exact there, so that only
// the order of adding decides the bits: it depends on the matrix's shape alone.

/// output[i] = sum over j of matrix[i, j] * vector[j].
///
/// Shapes: matrix (rows, columns), vector (columns), output (rows).
package func multiply(
  _ matrix: UnsafePointer<Float>, rows: Int, columns: Int, by vector: UnsafePointer<Float>,
  into output: UnsafeMutablePointer<Double>, team: ThreadTeam
) {
  team.forEachRange(rows) { range in
    for row in range { output[row] = dotProduct(matrix + row * columns, vector, count: columns) }
  }
}

/// output[j] = sum over i of matrix[i, j] * vector[i], row after row.
///
/// Shapes: matrix (rows, columns), vector (rows), output (columns).
package func multiplyTransposed(
  _ matrix: UnsafePointer<Float>, rows: Int, columns: Int, by vector: UnsafePointer<Float>,
  into output: UnsafeMutablePointer<Double>, team: ThreadTeam
) {
  team.forEachRange(columns, granule: 64) { range in
    (output + range.lowerBound).update(repeating: 0, count: range.count)
    let body = range.lowerBound + range.count & ~7
    for row in 0..<rows {
      let elements = matrix + row * columns
      let factor = Double(vector[row])
      var column = range.lowerBound
      while column < body {
        let sums = UnsafeMutableRawPointer(output + column)
        let products = SIMD8<Double>(Vector.load(elements, column)) * factor
        sums.storeBytes(of: sums.loadUnaligned(as: SIMD8<Double>.self) + products, as: SIMD8<Double>.self)
        column &+= 8
      }
      while column < range.upperBound {
        output[column] += Double(elements[column]) * factor
        column &+= 1
      }
    }
  }
}

/// The sum of `a[i] * b[i]` for i below `count`: term i goes to partial sum i mod 16, and these are added in a fixed tree.
package func dotProduct(_ a: UnsafePointer<Float>, _ b: UnsafePointer<Float>, count: Int) -> Double {
  var even = SIMD8<Double>.zero
  var odd = SIMD8<Double>.zero
  var i = 0
  while i &+ 16 <= count {
    even += SIMD8<Double>(Vector.load(a, i)) * SIMD8<Double>(Vector.load(b, i))
    odd += SIMD8<Double>(Vector.load(a, i + 8)) * SIMD8<Double>(Vector.load(b, i + 8))
    i &+= 16
  }
  var isEven = true
  while i < count {
    let width = min(8, count - i)
    let products =
      SIMD8<Double>(Vector.loadPartial(a + i, count: width))
      * SIMD8<Double>(Vector.loadPartial(b + i, count: width))
    if isEven { even += products } else { odd += products }
    isEven = false
    i &+= 8
  }
  let eight = even + odd
  let four = eight.lowHalf + eight.highHalf
  let two = four.lowHalf + four.highHalf
  return two.x + two.y
}
