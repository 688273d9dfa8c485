import Diagnostics
import TensorCore

extension Sequential {
  /// Dense layers `<name>.dense1`, `<name>.dense2`, … between the widths.
  ///
  /// - Parameters:
  ///   - widths: of the input, and then of each layer's output; at least two.
  ///   - last: the activation of the last layer.
  /// - Throws: a usage failure that names the layer whose width is 0.
  static func dense(
    _ name: String, widths: [Int], activation: Activation, last: Activation, conventions: Conventions
  ) throws(Failure) -> Sequential {
    var layers = try denseLayers(
      name, widths: widths.dropLast(), activation: activation, conventions: conventions)
    let count = widths.count
    try requirePositive("\(name).dense\(count - 1)", "width", widths[count - 1])
    layers.append(
      Dense(
        "\(name).dense\(count - 1)", inputs: widths[count - 2], outputs: widths[count - 1], activation: last,
        conventions: conventions))
    return Sequential(layers)
  }
}

/// Dense layers `<name>.dense1`, `<name>.dense2`, … between the widths, all with the same activation.
///
/// - Parameters:
///   - widths: of the input, and then of each layer's output, if there are layers.
///   - isSpectrallyNormalized: whether all weights are.
/// - Throws: a usage failure that names the layer whose width is 0.
func denseLayers(
  _ name: String, widths: [Int], activation: Activation, isSpectrallyNormalized: Bool = false,
  conventions: Conventions
) throws(Failure) -> [any Layer] {
  var layers: [any Layer] = []
  for (index, (inputs, outputs)) in zip(widths, widths.dropFirst()).enumerated() {
    let layer = "\(name).dense\(index + 1)"
    try requirePositive(layer, "width", outputs)
    layers.append(
      Dense(
        layer, inputs: inputs, outputs: outputs, activation: activation,
        isSpectrallyNormalized: isSpectrallyNormalized, conventions: conventions))
  }
  return layers
}
