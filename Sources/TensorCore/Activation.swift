/// Elementwise function applied to a layer's output.
public enum Activation: String, Sendable, CaseIterable {
  case identity = "linear"
  case relu
  /// x for x > 0, otherwise 0.2 x, as the GANs use it.
  case leakyReLU = "leaky-relu"
  case sigmoid
  case tanh

  /// What negative inputs are multiplied by, for the rectifiers and the identity, which a matrix product applies on its
  /// way out; nil for the others.
  public var negativeSlope: Float? {
    switch self {
    case .identity: 1
    case .relu: 0
    case .leakyReLU: 0.2
    case .sigmoid, .tanh: nil
    }
  }
}
