import Glibc

/// The Gaussian likelihood of one image by plain formulas, with libm in Double: what `gaussianPixelLosses` is tested
/// against, and what finite differences are taken of.
package func gaussianPixelsReference<Value: BinaryFloatingPoint>(
  logits: [Value], targets: [Value], logVariance: Value
) -> (loss: Value, logitGradient: [Value], logVarianceGradient: Value) {
  let precision = Value(Glibc.exp(-Double(logVariance)))
  let output = logits.map { Activation.sigmoid.reference($0) }
  let differences = zip(output, targets).map { $0 - $1 }
  let terms = differences.map { difference in
    (Value(Glibc.log(2 * Double.pi)) + logVariance + precision * difference * difference) / 2
  }
  let slopes = output.map { $0 * (1 - $0) }
  return (
    terms.reduce(0, +), zip(differences, slopes).map { precision * $0 * $1 },
    differences.reduce(0) { $0 + (1 - precision * $1 * $1) / 2 }
  )
}
