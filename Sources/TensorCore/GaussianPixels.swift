/// log 2π.
let logOfTwoPi = 1.837_877_066_409_345_5

/// The negative logarithm of the likelihood of pixels that are normal around p = sigmoid(a) with one variance exp(v), in
/// nats a row, and its gradients:
///
///     loss = pixels (log 2π + v) / 2 + exp(-v) S / 2,     S = sum over pixels of (p - x)²
///     by a:  exp(-v) (p - x) p (1 - p)                    by v:  (pixels - exp(-v) S) / 2
///
/// S is summed in Float as `ReconstructionObjective` does, the rest in Double. The gradient by v of a batch is the sum of
/// the rows', which `columnSums` adds in the order of shards.
///
/// Source: Rybkin, Daniilidis, Levine, "Simple and effective VAE training with calibrated decoders", 2021 (sigma-VAE).
///
/// - Parameters:
///   - logits: a, (rows, pixels).
///   - targets: x, (rows, pixels).
///   - logVariance: v.
///   - logitGradient: (rows, pixels), of the sum over rows; may be `logits`. Nil where only the loss is wanted.
///   - logVarianceGradients: (rows); written only where there is a `logitGradient`.
///   - sampleLosses: (rows).
public func gaussianPixelLosses(
  logits: UnsafePointer<Float>, targets: UnsafePointer<Float>, logVariance: Float,
  logitGradient: UnsafeMutablePointer<Float>?, logVarianceGradients: UnsafeMutablePointer<Float>,
  sampleLosses: UnsafeMutablePointer<Double>, rows: Int, pixels: Int, team: ThreadTeam
) {
  let precision = Vector.exp(Vector(repeating: -logVariance))[0]
  let constant = Double(pixels) * (logOfTwoPi + Double(logVariance)) / 2
  team.forEachRange(rows) { range in
    for row in range {
      let gradient = logitGradient.map { $0 + row * pixels }
      let sum = squaredErrorRow(
        logits + row * pixels, targets + row * pixels, gradient, pixels, scale: precision)
      let energy = Double(precision) * Double(sum)
      sampleLosses[row] = constant + energy / 2
      if gradient != nil { logVarianceGradients[row] = Float((Double(pixels) - energy) / 2) }
    }
  }
}
