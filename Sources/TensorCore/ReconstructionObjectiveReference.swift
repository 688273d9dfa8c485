import Glibc

extension ReconstructionObjective {
  /// The loss of one sample and its gradient by plain loops, with libm in Double: what `evaluate` is tested against, and
  /// what finite differences are taken of.
  package func reference<Value: BinaryFloatingPoint>(
    logits: [Value], targets: [Value]
  ) -> (loss: Value, gradient: [Value]) {
    precondition(logits.count == pixels && targets.count == pixels)
    let output = logits.map { Activation.sigmoid.reference($0) }
    let pairs = zip(output, targets)
    let slopes = output.map { $0 * (1 - $0) }
    let count = Value(divisor)
    switch loss {
    case .bce:
      let terms = zip(logits, targets).map { logit, target in
        max(logit, 0) + Value(Glibc.log1p(Glibc.exp(-Double(abs(logit))))) - logit * target
      }
      return (terms.reduce(0, +) / count, pairs.map { ($0 - $1) / count })
    case .mse:
      let terms = pairs.map { ($0 - $1) * ($0 - $1) }
      return (terms.reduce(0, +) / count, zip(pairs, slopes).map { 2 * ($0.0 - $0.1) * $1 / count })
    case .l1:
      let terms = pairs.map { abs($0 - $1) }
      let signs = pairs.map { $0 > $1 ? Value(1) : $0 < $1 ? -1 : 0 }
      return (terms.reduce(0, +) / count, zip(signs, slopes).map { $0 * $1 / count })
    case .ssim:
      let similarity = similarityReference(targets, output, height: height, width: width)
      return (1 - similarity.score, zip(similarity.gradient, slopes).map { -$0 * $1 })
    case .mix:
      let windows = ReconstructionObjective(.ssim, height: height, width: width)
        .reference(logits: logits, targets: targets)
      let errors = ReconstructionObjective(.l1, height: height, width: width)
        .reference(logits: logits, targets: targets)
      let alpha = Value(mixAlpha)
      return (
        alpha * windows.loss + (1 - alpha) * errors.loss,
        zip(windows.gradient, errors.gradient).map { alpha * $0 + (1 - alpha) * $1 }
      )
    }
  }
}
