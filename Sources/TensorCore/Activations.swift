// Activations over whole buffers. Each element by itself, so that any split over threads gives the same bits.

extension Activation {
  /// Sets `output[i] = f(input[i])` for i below `count`; `output` may be `input`. NaN stays NaN in each of them, so
  /// that a diverged run is seen in its loss.
  package func apply(_ input: UnsafePointer<Float>, to output: UnsafeMutablePointer<Float>, count: Int) {
    switch self {
    case .identity:
      if input != UnsafePointer(output) { output.update(from: input, count: count) }
    case .relu:
      mapVectors(input, output, count: count) { $0.replacing(with: Vector.zero, where: $0 .< Vector.zero) }
    case .leakyReLU:
      mapVectors(input, output, count: count) {
        $0.replacing(with: $0 * leakySlope, where: $0 .< Vector.zero)
      }
    case .sigmoid:
      mapVectors(input, output, count: count) { .sigmoid($0) }
    case .tanh:
      mapVectors(input, output, count: count) { .tanh($0) }
    }
  }

  /// Multiplies `gradient[i]` by f'(x) for i below `count`, where `output[i]` = f(x): each of these functions has a
  /// derivative that its value determines, so that x need not be kept. At 0 the derivative of `relu` is 0 and that of
  /// `leakyReLU` 0.2, as in PyTorch.
  package func multiplyByDerivative(
    _ gradient: UnsafeMutablePointer<Float>, output: UnsafePointer<Float>, count: Int
  ) {
    let one = Vector(repeating: 1)
    switch self {
    case .identity:
      return
    case .relu:
      mapVectors(gradient, output, gradient, count: count) { gradient, y in
        Vector.zero.replacing(with: gradient, where: y .> Vector.zero)
      }
    case .leakyReLU:
      mapVectors(gradient, output, gradient, count: count) { gradient, y in
        (gradient * leakySlope).replacing(with: gradient, where: y .> Vector.zero)
      }
    case .sigmoid:
      mapVectors(gradient, output, gradient, count: count) { gradient, y in gradient * (y * (one - y)) }
    case .tanh:
      mapVectors(gradient, output, gradient, count: count) { gradient, y in
        gradient * multiplyAdd(-y, y, one)
      }
    }
  }
}

private let leakySlope: Float = 0.2
