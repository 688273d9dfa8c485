// The losses that are sums over pixels: each the sum of one row, and the gradient of its mean.

/// The sum over a row's pixels, in eight partial sums.
@inline(__always)
func crossEntropyRow(
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
func squaredErrorRow(
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

/// The sign of a difference is 0 where it is 0, as in PyTorch.
@inline(__always)
func absoluteErrorRow(
  _ logits: UnsafePointer<Float>, _ targets: UnsafePointer<Float>, _ gradient: UnsafeMutablePointer<Float>?,
  _ pixels: Int
) -> Float {
  let scale = 1 / Float(pixels)
  var sum = Vector.zero
  var first = 0
  while first < pixels {
    let width = min(8, pixels &- first)
    let probability = Vector.sigmoid(Vector.loadPartial(logits + first, count: width))
    var difference = probability - Vector.loadPartial(targets + first, count: width)
    if width < 8 { difference.clearLanes(from: width) }
    sum += Vector.magnitude(difference)
    if let gradient {
      let slope = probability * (1 - probability)
      (Vector.sign(difference) * slope * scale).storePartial(gradient + first, count: width)
    }
    first &+= 8
  }
  return sum.laneSum()
}

extension Vector {
  /// sigmoid(x), and log(1 + exp(x)) = max(x, 0) + log(1 + exp(-|x|)).
  @inline(__always)
  static func sigmoidAndSoftplus(_ x: Vector) -> (Vector, Vector) {
    (
      sigmoid(x),
      x.replacing(with: Vector.zero, where: x .< Vector.zero) + logOnePlusExpNegative(magnitude(x))
    )
  }

  /// 1, 0 or -1; NaN stays.
  @inline(__always)
  static func sign(_ x: Vector) -> Vector {
    x.replacing(with: Vector(repeating: 1), where: x .> Vector.zero)
      .replacing(with: Vector(repeating: -1), where: x .< Vector.zero)
  }

  @inline(__always)
  mutating func clearLanes(from first: Int) {
    for lane in first..<8 { self[lane] = 0 }
  }
}
