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

/// The sum over a row's pixels, in eight partial sums.
@inline(__always)
private func crossEntropyRow(
  _ logits: UnsafePointer<Float>, _ targets: UnsafePointer<Float>, _ gradient: UnsafeMutablePointer<Float>?,
  _ pixels: Int
) -> Float {
  let scale = 1 / Float(pixels)
  var sum = Vector.zero
  var first = 0
  while first < pixels {
    let width = min(8, pixels &- first)
    let logit = Vector.loadPartial(logits + first, count: width)
    let target = Vector.loadPartial(targets + first, count: width)
    let (probability, softplus) = Vector.sigmoidAndSoftplus(logit)
    var loss = softplus - logit * target
    if width < 8 { loss.clearLanes(from: width) }
    sum += loss
    if let gradient { ((probability - target) * scale).storePartial(gradient + first, count: width) }
    first &+= 8
  }
  return sum.laneSum()
}

@inline(__always)
private func squaredErrorRow(
  _ logits: UnsafePointer<Float>, _ targets: UnsafePointer<Float>, _ gradient: UnsafeMutablePointer<Float>?,
  _ pixels: Int
) -> Float {
  let scale = 2 / Float(pixels)
  var sum = Vector.zero
  var first = 0
  while first < pixels {
    let width = min(8, pixels &- first)
    let probability = Vector.sigmoid(Vector.loadPartial(logits + first, count: width))
    var difference = probability - Vector.loadPartial(targets + first, count: width)
    if width < 8 { difference.clearLanes(from: width) }
    sum = multiplyAdd(difference, difference, sum)
    if let gradient {
      let slope = probability * (1 - probability)
      (difference * slope * scale).storePartial(gradient + first, count: width)
    }
    first &+= 8
  }
  return sum.laneSum()
}

extension Vector {
  /// sigmoid(x), and log(1 + exp(x)) = max(x, 0) + log(1 + exp(-|x|)).
  @inline(__always)
  fileprivate static func sigmoidAndSoftplus(_ x: Vector) -> (Vector, Vector) {
    (
      sigmoid(x),
      x.replacing(with: Vector.zero, where: x .< Vector.zero) + logOnePlusExpNegative(magnitude(x))
    )
  }

  @inline(__always)
  fileprivate mutating func clearLanes(from first: Int) {
    for lane in first..<8 { self[lane] = 0 }
  }
}
