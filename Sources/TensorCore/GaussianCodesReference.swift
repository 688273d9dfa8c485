import Glibc

/// One dimension of a variational autoencoder's code by plain formulas, with libm in Double: what the kernels of
/// GaussianCodes.swift are tested against, and what finite differences are taken of.
package struct GaussianReference<Value: BinaryFloatingPoint> {
  package var mean: Value
  package var logVariance: Value

  package init(mean: Value, logVariance: Value) {
    self.mean = mean
    self.logVariance = logVariance
  }

  package var deviation: Value { Value(Glibc.exp(Double(logVariance) / 2)) }

  package func sample(noise: Value) -> Value { mean + deviation * noise }

  package var divergence: Value {
    (Value(Glibc.expm1(Double(logVariance))) - logVariance + mean * mean) / 2
  }

  /// As `gaussianGradients`.
  package func gradients(noise: Value, codeGradient: Value, weight: Value, freeBits: Value) -> (
    mean: Value, logVariance: Value
  ) {
    let weight = divergence < freeBits ? 0 : weight
    return (
      codeGradient + weight * mean,
      (codeGradient * deviation * noise + weight * Value(Glibc.expm1(Double(logVariance)))) / 2
    )
  }
}
