import Glibc

/// The cross-entropy of one sample and its gradient by plain loops, with libm in Double: what `classCrossEntropy` is
/// tested against, and what finite differences are taken of.
package func classCrossEntropyReference<Value: BinaryFloatingPoint>(
  logits: [Value], label: Int
) -> (loss: Value, gradient: [Value]) {
  let largest = logits.max()!
  let exponentials = logits.map { Value(Glibc.exp(Double($0 - largest))) }
  let sum = exponentials.reduce(0, +)
  let gradient = exponentials.enumerated().map { $1 / sum - ($0 == label ? 1 : 0) }
  return (Value(Glibc.log(Double(sum))) + largest - logits[label], gradient)
}
