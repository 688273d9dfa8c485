import TensorCore

/// A layer that is affine wherever it is differentiable: output = φ(W input + b) with a rectifier or the identity as φ, or a
/// linear function without parameters.
///
/// Its derivative by the input, J = φ' W, is then constant near almost every input, and the derivative of J by the input is 0:
/// gradients of a function of J need one more pass through the layers, and are exact (`GradientPenalty`). `backward` of such
/// a layer leaves δ in `outputGradient`, the gradient of W input + b.
public protocol LinearizableLayer: Layer {
  /// Whether it has such a φ; layers without any always do.
  var isPiecewiseLinear: Bool { get }

  /// Takes a direction q of the input through J, at the input of the last `forward`, and writes the gradients by the
  /// parameters, of which the bias has none, of
  ///
  ///     sum over rows of δ · (W q)
  ///
  /// with q and δ held fixed.
  ///
  /// - Parameters:
  ///   - input: q, (rows, inputCount).
  ///   - outputGradient: δ, (rows, outputCount), as `backward` has left it.
  ///   - tangent: J q, (rows, outputCount); may be the memory of `outputGradient`; nil where nobody needs it.
  ///   - pass: the one given to `forward`.
  func tangent(
    input: UnsafePointer<Float>, outputGradient: UnsafePointer<Float>, tangent: UnsafeMutablePointer<Float>?,
    pass: Pass)
}

extension LinearizableLayer {
  public var isPiecewiseLinear: Bool { true }
}
