/// Elementwise function applied to a layer's output.
public enum Activation: String, Sendable, CaseIterable {
  case identity = "linear"
  case relu
  /// x for x > 0, otherwise 0.2 x, as the GANs use it.
  case leakyReLU = "leaky-relu"
  case sigmoid
  case tanh
}
