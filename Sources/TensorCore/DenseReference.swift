// Plain references of the dense layer's products, for tests, generic so that finite differences can be taken in Double.
// Shapes as in DenseProducts.swift.

/// output = input * weight^T + bias.
package func denseForwardReference<Scalar: BinaryFloatingPoint>(
  input: [Scalar], weight: [Scalar], bias: [Scalar], rows: Int, inputs: Int, outputs: Int
) -> [Scalar] {
  var output = [Scalar](repeating: 0, count: rows * outputs)
  for row in 0..<rows {
    for column in 0..<outputs {
      var sum = bias[column]
      for k in 0..<inputs { sum += input[row * inputs + k] * weight[column * inputs + k] }
      output[row * outputs + column] = sum
    }
  }
  return output
}

/// inputGradient = outputGradient * weight.
package func denseInputGradientReference<Scalar: BinaryFloatingPoint>(
  outputGradient: [Scalar], weight: [Scalar], rows: Int, inputs: Int, outputs: Int
) -> [Scalar] {
  var inputGradient = [Scalar](repeating: 0, count: rows * inputs)
  for row in 0..<rows {
    for column in 0..<outputs {
      for k in 0..<inputs {
        inputGradient[row * inputs + k] +=
          outputGradient[row * outputs + column] * weight[column * inputs + k]
      }
    }
  }
  return inputGradient
}

/// weightGradient = outputGradient^T * input.
package func denseWeightGradientReference<Scalar: BinaryFloatingPoint>(
  input: [Scalar], outputGradient: [Scalar], rows: Int, inputs: Int, outputs: Int
) -> [Scalar] {
  var weightGradient = [Scalar](repeating: 0, count: outputs * inputs)
  for row in 0..<rows {
    for column in 0..<outputs {
      for k in 0..<inputs {
        weightGradient[column * inputs + k] +=
          outputGradient[row * outputs + column] * input[row * inputs + k]
      }
    }
  }
  return weightGradient
}

/// biasGradient[j] = sum over rows of outputGradient[row, j].
package func columnSumsReference<Scalar: BinaryFloatingPoint>(
  _ matrix: [Scalar], rows: Int, columns: Int
) -> [Scalar] {
  var sums = [Scalar](repeating: 0, count: columns)
  for row in 0..<rows {
    for column in 0..<columns { sums[column] += matrix[row * columns + column] }
  }
  return sums
}
