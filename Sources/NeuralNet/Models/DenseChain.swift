import Diagnostics
import TensorCore

extension Sequential {
  /// Dense layers `<name>.dense1`, `<name>.dense2`, … between the widths.
  ///
  /// - Parameters:
  ///   - widths: of the input, and then of each layer's output; at least two.
  ///   - last: the activation of the last layer.
  ///   - isSpectrallyNormalized: whether all weights are.
  /// - Throws: a usage failure that names the layer whose width is 0.
  static func dense(
    _ name: String, widths: [Int], activation: Activation, last: Activation,
    isSpectrallyNormalized: Bool = false, conventions: Conventions
  ) throws(Failure) -> Sequential {
    for layer in 1..<widths.count { try requirePositive("\(name).dense\(layer)", "width", widths[layer]) }
    return Sequential(
      (1..<widths.count).map { layer in
        Dense(
          "\(name).dense\(layer)", inputs: widths[layer - 1], outputs: widths[layer],
          activation: layer == widths.count - 1 ? last : activation,
          isSpectrallyNormalized: isSpectrallyNormalized, conventions: conventions)
      })
  }
}
