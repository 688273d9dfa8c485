import Glibc

extension Activation {
  /// f(x) by libm in Double: what `apply` is tested against.
  package func reference<Value: BinaryFloatingPoint>(_ x: Value) -> Value {
    switch self {
    case .identity: x
    case .relu: x > 0 ? x : 0
    case .leakyReLU: x > 0 ? x : Value(0.2 * Double(x))
    case .sigmoid: Value(1 / (1 + Glibc.exp(-Double(x))))
    case .tanh: Value(Glibc.tanh(Double(x)))
    }
  }

  /// f'(x) from y = f(x): what `multiplyByDerivative` is tested against.
  package func referenceDerivative<Value: BinaryFloatingPoint>(output y: Value) -> Value {
    switch self {
    case .identity: 1
    case .relu: y > 0 ? 1 : 0
    case .leakyReLU: y > 0 ? 1 : Value(0.2)
    case .sigmoid: y * (1 - y)
    case .tanh: 1 - y * y
    }
  }
}
