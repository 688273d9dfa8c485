import TensorCore

extension VariationalAutoencoder {
  /// Where the logarithm of the variance of Gaussian pixels starts: near where it ends for grey images. A parameter that is
  /// one number moves by the learning rate at each update, and from a variance of 1 it would take epochs to come down, in
  /// which the divergence outweighs the pixels. It needs no bound: dequantised pixels can't be predicted to better than
  /// 1/256, so that no variance below 1e-6 pays.
  static let initialPixelLogVariance: Float = -4

  /// -log p(x|z) of images in nats, from the logits of their codes: binary cross-entropy summed over pixels, or
  /// `gaussianPixelLosses`.
  ///
  /// - Parameters:
  ///   - logits: (rows, pixelCount).
  ///   - targets: (rows, pixelCount): the images where pixels are Bernoulli, and dequantised where they are Gaussian.
  ///   - logitGradient: of the sum over rows, (rows, pixelCount); may be `logits`. With it the model also keeps for
  ///     `backward` what its own parameter needs. Nil where only the losses are wanted.
  ///   - sampleLosses: (rows).
  /// - Precondition: with a `logitGradient`, the model has room for so many rows.
  public func evaluateReconstructions(
    logits: UnsafePointer<Float>, targets: UnsafePointer<Float>, logitGradient: UnsafeMutablePointer<Float>?,
    sampleLosses: UnsafeMutablePointer<Double>, rows: Int, team: ThreadTeam
  ) {
    guard let pixelLogVariance else {
      ReconstructionObjective(.bce, height: 1, width: pixelCount, reduction: .sum).evaluate(
        logits: logits, targets: targets, logitGradient: logitGradient, sampleLosses: sampleLosses,
        rows: rows, team: team)
      return
    }
    gaussianPixelLosses(
      logits: logits, targets: targets, logVariance: pixelLogVariance.values[0], logitGradient: logitGradient,
      logVarianceGradients: pixelLogVarianceGradients.pointer, sampleLosses: sampleLosses, rows: rows,
      pixels: pixelCount, team: team)
  }
}
