import Diagnostics
import TensorCore

extension Sequential {
  /// Dense layers `<name>.dense1`, `<name>.dense2`, … between the widths.
  ///
  /// - Parameters:
  ///   - widths: of the input, and then of each layer's output; at least two.
  ///   - last: the activation of the last layer.
  ///   - hasMinibatchDeviation: whether a `MinibatchDeviation` stands before the last layer, which so has one input more.
  /// - Throws: a usage failure that names the layer whose width is 0.
  static func dense(
    _ name: String, widths: [Int], activation: Activation, last: Activation,
    hasMinibatchDeviation: Bool = false, conventions: Conventions
  ) throws(Failure) -> Sequential {
    for layer in 1..<widths.count { try requirePositive("\(name).dense\(layer)", "width", widths[layer]) }
    var layers: [any Layer] = []
    for layer in 1..<widths.count {
      let isLast = layer == widths.count - 1
      var inputs = widths[layer - 1]
      if isLast && hasMinibatchDeviation {
        layers.append(MinibatchDeviation(input: ImageShape(height: 1, width: 1, channels: inputs)))
        inputs += 1
      }
      layers.append(
        Dense(
          "\(name).dense\(layer)", inputs: inputs, outputs: widths[layer],
          activation: isLast ? last : activation, conventions: conventions))
    }
    return Sequential(layers)
  }
}
