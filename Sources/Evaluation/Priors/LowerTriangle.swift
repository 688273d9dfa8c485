// Square matrices of size n, row-major, of which the lower triangle counts.

/// The lower triangular L with L L^T the given symmetric matrix and zeros above the diagonal; nil where the matrix is
/// not positive definite to rounding.
func choleskyFactor(_ matrix: [Double], size: Int) -> [Double]? {
  var factor = [Double](repeating: 0, count: size * size)
  for row in 0..<size {
    for column in 0...row {
      var rest = matrix[row * size + column]
      for k in 0..<column { rest -= factor[row * size + k] * factor[column * size + k] }
      if column < row {
        factor[row * size + column] = rest / factor[column * size + column]
      } else {
        guard rest > 0 && rest.isFinite else { return nil }
        factor[row * size + row] = rest.squareRoot()
      }
    }
  }
  return factor
}

/// The inverse of a lower triangular matrix, lower triangular too, by forward substitution.
func lowerTriangularInverse(_ factor: ArraySlice<Double>, size: Int) -> [Double] {
  let first = factor.startIndex
  var inverse = [Double](repeating: 0, count: size * size)
  for column in 0..<size {
    for row in column..<size {
      var rest = row == column ? 1.0 : 0.0
      for k in column..<row { rest -= factor[first + row * size + k] * inverse[k * size + column] }
      inverse[row * size + column] = rest / factor[first + row * size + row]
    }
  }
  return inverse
}
