import RandomNumbers
import TensorCore

/// How a parameter gets its first values.
public enum Initializer: Sendable, Equatable {
  case constant(Float)
  /// Uniform in [-bound, bound).
  case uniform(bound: Float)
  case normal(mean: Float, deviation: Float)

  public static let zeros = Initializer.constant(0)
  public static let ones = Initializer.constant(1)

  /// Uniform within sqrt(6 / (inputs + outputs)): Keras's default for weights.
  /// Source: Glorot and Bengio, "Understanding the difficulty of training deep feedforward neural networks", 2010.
  public static func glorotUniform(inputs: Int, outputs: Int) -> Initializer {
    .uniform(bound: (6 / Float(inputs + outputs)).squareRoot())
  }

  /// Normal with deviation sqrt(2 / inputs).
  /// Source: He, Zhang, Ren and Sun, "Delving deep into rectifiers", 2015.
  public static func heNormal(inputs: Int) -> Initializer {
    .normal(mean: 0, deviation: (2 / Float(inputs)).squareRoot())
  }

  /// Uniform within 1 / sqrt(inputs): PyTorch's default for the weights and biases of linear and convolution layers.
  public static func torchUniform(inputs: Int) -> Initializer {
    .uniform(bound: 1 / Float(inputs).squareRoot())
  }

  func fill(_ values: UnsafeMutablePointer<Float>, count: Int, key: RandomKey) {
    switch self {
    case .constant(let value):
      values.update(repeating: value, count: count)
    case .uniform(let bound):
      fillUniform(values, count: count, low: -bound, high: bound, key: key, step: 0, index: 0)
    case .normal(let mean, let deviation):
      fillNormal(values, count: count, mean: mean, standardDeviation: deviation, key: key, step: 0, index: 0)
    }
  }
}

extension Conventions {
  /// The initialisers of a layer's weight and bias, for a layer that sums `inputs` terms an output.
  func initializers(inputs: Int, outputs: Int) -> (weight: Initializer, bias: Initializer) {
    switch self {
    case .keras: (.glorotUniform(inputs: inputs, outputs: outputs), .zeros)
    case .torch: (.torchUniform(inputs: inputs), .torchUniform(inputs: inputs))
    }
  }
}
