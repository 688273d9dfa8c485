import Glibc

extension ReconstructionLoss {
  /// The loss of one sample and its gradient by plain loops, with libm in Double: what `evaluate` is tested against, and
  /// what finite differences are taken of.
  package func reference<Value: BinaryFloatingPoint>(
    logits: [Value], targets: [Value]
  ) -> (loss: Value, gradient: [Value]) {
    precondition(logits.count == targets.count)
    let pixels = Value(logits.count)
    var loss: Value = 0
    var gradient: [Value] = []
    for (logit, target) in zip(logits, targets) {
      let probability = Activation.sigmoid.reference(logit)
      switch self {
      case .bce:
        let softplus = max(logit, 0) + Value(Glibc.log1p(Glibc.exp(-Double(abs(logit)))))
        loss += softplus - logit * target
        gradient.append((probability - target) / pixels)
      case .mse:
        let difference = probability - target
        loss += difference * difference
        gradient.append(2 * difference * probability * (1 - probability) / pixels)
      }
    }
    return (loss / pixels, gradient)
  }
}
