// The losses that are sums over pixels: each the sum of one row, and the gradient of that sum divided by `divisor`.

@inline(__always)
func crossEntropyRow(
  _ logits: UnsafePointer<Float>, _ targets: UnsafePointer<Float>, _ gradient: UnsafeMutablePointer<Float>?,
  _ pixels: Int, divisor: Int
) -> Float {
  let scale = 1 / Float(divisor)
  return sumOverRow(pixels) { first, width in
    let logit = Vector.loadPartial(logits + first, count: width)
    let target = Vector.loadPartial(targets + first, count: width)
    let (probability, softplus) = Vector.sigmoidAndSoftplus(logit)
    if let gradient { ((probability - target) * scale).storePartial(gradient + first, count: width) }
    return softplus - logit * target
  }
}

/// The gradient is that of the sum times `scale` / 2.
@inline(__always)
func squaredErrorRow(
  _ logits: UnsafePointer<Float>, _ targets: UnsafePointer<Float>, _ gradient: UnsafeMutablePointer<Float>?,
  _ pixels: Int, scale: Float
) -> Float {
  sumOverRow(pixels) { first, width in
    let probability = Vector.sigmoid(Vector.loadPartial(logits + first, count: width))
    let difference = probability - Vector.loadPartial(targets + first, count: width)
    if let gradient {
      let slope = probability * (1 - probability)
      (difference * slope * scale).storePartial(gradient + first, count: width)
    }
    return difference * difference
  }
}

/// The sign of a difference is 0 where it is 0, as in PyTorch.
@inline(__always)
func absoluteErrorRow(
  _ logits: UnsafePointer<Float>, _ targets: UnsafePointer<Float>, _ gradient: UnsafeMutablePointer<Float>?,
  _ pixels: Int, divisor: Int
) -> Float {
  let scale = 1 / Float(divisor)
  return sumOverRow(pixels) { first, width in
    let probability = Vector.sigmoid(Vector.loadPartial(logits + first, count: width))
    let difference = probability - Vector.loadPartial(targets + first, count: width)
    if let gradient {
      let slope = probability * (1 - probability)
      (Vector.sign(difference) * slope * scale).storePartial(gradient + first, count: width)
    }
    return Vector.magnitude(difference)
  }
}

/// Adds what `term` gives for eight pixels at a time, in eight partial sums; of the last, shorter group only the lanes
/// that exist.
@inline(__always)
func sumOverRow(_ pixels: Int, _ term: (_ first: Int, _ width: Int) -> Vector) -> Float {
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

extension Vector {
  /// 1, 0 or -1; NaN stays.
  @inline(__always)
  static func sign(_ x: Vector) -> Vector {
    x.replacing(with: Vector(repeating: 1), where: x .> Vector.zero)
      .replacing(with: Vector(repeating: -1), where: x .< Vector.zero)
  }
}
