/// What a reconstruction is trained to make small: a mean over pixels, then over the batch.
public enum ReconstructionLoss: String, Sendable, CaseIterable {
  /// Binary cross-entropy between pixels in [0, 1].
  case bce
  /// Mean squared error.
  case mse
}

extension ReconstructionLoss {
  /// Loss of each sample and its gradient, from logits `a` with the output p = sigmoid(a) and the target x:
  ///
  ///     bce: mean over pixels of  max(a, 0) - a x + log(1 + exp(-|a|)),   gradient (p - x) / pixels
  ///     mse: mean over pixels of  (p - x)^2,                              gradient 2 (p - x) p (1 - p) / pixels
  ///
  /// The first is binary cross-entropy in the form that does not overflow and needs no clipping; PyTorch's
  /// `binary_cross_entropy_with_logits` and Keras (which looks behind the sigmoid for its logits) compute the same.
  ///
  /// - Parameters:
  ///   - logits: (rows, pixels).
  ///   - targets: (rows, pixels) in [0, 1].
  ///   - logitGradient: (rows, pixels), of the sum over rows; may be `logits`. Nil where only the loss is wanted.
  ///   - sampleLosses: (rows).
  public func evaluate(
    logits: UnsafePointer<Float>, targets: UnsafePointer<Float>, logitGradient: UnsafeMutablePointer<Float>?,
    sampleLosses: UnsafeMutablePointer<Double>, rows: Int, pixels: Int, team: ThreadTeam
  ) {
    team.forEachRange(rows) { range in
      for row in range {
        let offset = row * pixels
        let gradient = logitGradient.map { $0 + offset }
        let sum =
          switch self {
          case .bce: crossEntropyRow(logits + offset, targets + offset, gradient, pixels)
          case .mse: squaredErrorRow(logits + offset, targets + offset, gradient, pixels)
          }
        sampleLosses[row] = Double(sum) / Double(pixels)
      }
    }
  }
}

@inline(__always)
private func crossEntropyRow(
  _ logits: UnsafePointer<Float>, _ targets: UnsafePointer<Float>, _ gradient: UnsafeMutablePointer<Float>?,
  _ pixels: Int
) -> Float {
  let scale = 1 / Float(pixels)
  return sumOverRow(pixels) { first, width in
    let logit = Vector.loadPartial(logits + first, count: width)
    let target = Vector.loadPartial(targets + first, count: width)
    let (probability, softplus) = Vector.sigmoidAndSoftplus(logit)
    if let gradient { ((probability - target) * scale).storePartial(gradient + first, count: width) }
    return softplus - logit * target
  }
}

@inline(__always)
private func squaredErrorRow(
  _ logits: UnsafePointer<Float>, _ targets: UnsafePointer<Float>, _ gradient: UnsafeMutablePointer<Float>?,
  _ pixels: Int
) -> Float {
  let scale = 2 / Float(pixels)
  return sumOverRow(pixels) { first, width in
    let probability = Vector.sigmoid(Vector.loadPartial(logits + first, count: width))
    let difference = probability - Vector.loadPartial(targets + first, count: width)
    if let gradient {
      let slope = probability * (1 - probability)
      (difference * slope * scale).storePartial(gradient + first, count: width)
    }
    return difference * difference
  }
}

/// Adds what `term` gives for eight pixels at a time, in eight partial sums; of the last, shorter group only the lanes
/// that exist.
@inline(__always)
private func sumOverRow(_ pixels: Int, _ term: (_ first: Int, _ width: Int) -> Vector) -> Float {
  let whole = pixels & ~7
  var sum = Vector.zero
  var first = 0
  while first < whole {
    sum += term(first, 8)
    first &+= 8
  }
  if whole < pixels {
    let rest = term(whole, pixels - whole)
    for lane in 0..<pixels - whole { sum[lane] += rest[lane] }
  }
  return sum.laneSum()
}
