// Stride 2: even and odd fine samples meet taps of their own, and each half is a convolution of stride 1. With two taps
// that is F(2,2) or F(3,2), through the points 0, 1, infinity, or 0, 1, -1, infinity: 3 multiplications where the
// definition has 4, or 4 for 6; the factors are 1 and 2, so they lose hardly any accuracy. With one tap it is a product.

/// The values of two taps at 0, 1, -1 and infinity.
@inline(__always)
private func twoTapsToPoints(_ w0: Vector, _ w1: Vector, _ point: (Int, Vector) -> Void) {
  point(0, w0)
  point(1, (w0 + w1) * 0.5)
  point(2, (w0 - w1) * 0.5)
  point(3, w1)
}

@inline(__always)
private func pointsToTwoTaps(_ point: (Int) -> Vector) -> (Vector, Vector) {
  let half = Vector(repeating: 0.5)
  return (
    multiplyAdd(point(1) + point(2), half, point(0)), multiplyAdd(point(1) - point(2), half, point(3))
  )
}

/// Stride 2, 3 taps: the first and last at their points, then the middle one.
enum WinogradThreeTapsInTwos: WinogradTaps {
  static let count = 3
  static let pointCount = 5

  @inline(__always)
  static func toPoints(_ tap: (Int) -> Vector, _ point: (Int, Vector) -> Void) {
    twoTapsToPoints(tap(0), tap(2), point)
    point(4, tap(1))
  }

  @inline(__always)
  static func fromPoints(_ point: (Int) -> Vector, _ tap: (Int, Vector) -> Void) {
    let (w0, w2) = pointsToTwoTaps(point)
    tap(0, w0)
    tap(1, point(4))
    tap(2, w2)
  }
}

/// Stride 2, 4 taps: those of the even samples at their points, then those of the odd ones.
enum WinogradFourTapsInTwos: WinogradTaps {
  static let count = 4
  static let pointCount = 8

  @inline(__always)
  static func toPoints(_ tap: (Int) -> Vector, _ point: (Int, Vector) -> Void) {
    twoTapsToPoints(tap(0), tap(2), point)
    twoTapsToPoints(tap(1), tap(3)) { point(4 + $0, $1) }
  }

  @inline(__always)
  static func fromPoints(_ point: (Int) -> Vector, _ tap: (Int, Vector) -> Void) {
    let (w0, w2) = pointsToTwoTaps(point)
    let (w1, w3) = pointsToTwoTaps { point(4 + $0) }
    tap(0, w0)
    tap(1, w1)
    tap(2, w2)
    tap(3, w3)
  }
}

/// F(2,2) on samples of stride 1.
private enum TwoOfTwoTaps {
  @inline(__always)
  static func fromFine(_ fine: (Int) -> Vector, _ frequency: (Int, Vector) -> Void) {
    let x1 = fine(1)
    frequency(0, fine(0) - x1)
    frequency(1, x1 + x1)
    frequency(2, fine(2) - x1)
  }

  @inline(__always)
  static func toFine(_ frequency: (Int) -> Vector, _ fine: (Int, Vector) -> Void) {
    let (f0, f1, f2) = (frequency(0), frequency(1), frequency(2))
    fine(0, f0)
    fine(1, (f1 - f0) + (f1 - f2))
    fine(2, f2)
  }

  @inline(__always)
  static func fromCoarse(_ coarse: (Int) -> Vector, _ frequency: (Int, Vector) -> Void) {
    frequency(0, coarse(0))
    frequency(1, coarse(0) + coarse(1))
    frequency(2, coarse(1))
  }

  @inline(__always)
  static func toCoarse(_ frequency: (Int) -> Vector, _ coarse: (Int, Vector) -> Void) {
    coarse(0, frequency(0) + frequency(1))
    coarse(1, frequency(1) + frequency(2))
  }
}

/// F(3,2) on samples of stride 1.
private enum ThreeOfTwoTaps {
  @inline(__always)
  static func fromFine(_ fine: (Int) -> Vector, _ frequency: (Int, Vector) -> Void) {
    let (x1, x2) = (fine(1), fine(2))
    frequency(0, fine(0) - x2)
    frequency(1, x2 + x1)
    frequency(2, x2 - x1)
    frequency(3, fine(3) - x1)
  }

  @inline(__always)
  static func toFine(_ frequency: (Int) -> Vector, _ fine: (Int, Vector) -> Void) {
    let (f0, f1, f2, f3) = (frequency(0), frequency(1), frequency(2), frequency(3))
    fine(0, f0)
    fine(1, (f1 - f2) - f3)
    fine(2, (f1 + f2) - f0)
    fine(3, f3)
  }

  @inline(__always)
  static func fromCoarse(_ coarse: (Int) -> Vector, _ frequency: (Int, Vector) -> Void) {
    let (y0, y1, y2) = (coarse(0), coarse(1), coarse(2))
    let even = y0 + y2
    frequency(0, y0)
    frequency(1, even + y1)
    frequency(2, even - y1)
    frequency(3, y2)
  }

  @inline(__always)
  static func toCoarse(_ frequency: (Int) -> Vector, _ coarse: (Int, Vector) -> Void) {
    let sum = frequency(1) + frequency(2)
    coarse(0, frequency(0) + sum)
    coarse(1, frequency(1) - frequency(2))
    coarse(2, sum + frequency(3))
  }
}

/// Stride 2, 3 taps, two coarse samples: F(2,2) on the even fine samples, products with the odd ones.
enum WinogradTwoOfThreeTapsInTwos: WinogradTile {
  static let fineSize = 5
  static let coarseSize = 2
  static let frequencyCount = 5
  static let points = [0, 1, 3, 4, 4]

  @inline(__always)
  static func multiplicity(_ frequency: Int) -> Int { frequency < 3 ? 1 : 2 }

  @inline(__always)
  static func fromFine(_ fine: (Int) -> Vector, _ frequency: (Int, Vector) -> Void) {
    TwoOfTwoTaps.fromFine({ fine(2 * $0) }, frequency)
    frequency(3, fine(1))
    frequency(4, fine(3))
  }

  @inline(__always)
  static func toFine(_ frequency: (Int) -> Vector, _ fine: (Int, Vector) -> Void) {
    TwoOfTwoTaps.toFine(frequency) { fine(2 * $0, $1) }
    fine(1, frequency(3))
    fine(3, frequency(4))
  }

  @inline(__always)
  static func fromCoarse(_ coarse: (Int) -> Vector, _ frequency: (Int, Vector) -> Void) {
    TwoOfTwoTaps.fromCoarse(coarse, frequency)
    frequency(3, coarse(0))
    frequency(4, coarse(1))
  }

  @inline(__always)
  static func toCoarse(_ frequency: (Int) -> Vector, _ coarse: (Int, Vector) -> Void) {
    TwoOfTwoTaps.toCoarse(frequency) { coarse($0, $1 + frequency(3 + $0)) }
  }
}

/// Stride 2, 3 taps, three coarse samples: F(3,2) on the even fine samples, products with the odd ones.
enum WinogradThreeOfThreeTapsInTwos: WinogradTile {
  static let fineSize = 7
  static let coarseSize = 3
  static let frequencyCount = 7
  static let points = [0, 1, 2, 3, 4, 4, 4]

  @inline(__always)
  static func multiplicity(_ frequency: Int) -> Int { frequency < 4 ? 1 : 3 }

  @inline(__always)
  static func fromFine(_ fine: (Int) -> Vector, _ frequency: (Int, Vector) -> Void) {
    ThreeOfTwoTaps.fromFine({ fine(2 * $0) }, frequency)
    frequency(4, fine(1))
    frequency(5, fine(3))
    frequency(6, fine(5))
  }

  @inline(__always)
  static func toFine(_ frequency: (Int) -> Vector, _ fine: (Int, Vector) -> Void) {
    ThreeOfTwoTaps.toFine(frequency) { fine(2 * $0, $1) }
    fine(1, frequency(4))
    fine(3, frequency(5))
    fine(5, frequency(6))
  }

  @inline(__always)
  static func fromCoarse(_ coarse: (Int) -> Vector, _ frequency: (Int, Vector) -> Void) {
    ThreeOfTwoTaps.fromCoarse(coarse, frequency)
    frequency(4, coarse(0))
    frequency(5, coarse(1))
    frequency(6, coarse(2))
  }

  @inline(__always)
  static func toCoarse(_ frequency: (Int) -> Vector, _ coarse: (Int, Vector) -> Void) {
    ThreeOfTwoTaps.toCoarse(frequency) { coarse($0, $1 + frequency(4 + $0)) }
  }
}

/// Stride 2, 4 taps, two coarse samples: F(2,2) on the even and on the odd fine samples.
enum WinogradTwoOfFourTapsInTwos: WinogradTile {
  static let fineSize = 6
  static let coarseSize = 2
  static let frequencyCount = 6
  static let points = [0, 1, 3, 4, 5, 7]

  @inline(__always)
  static func multiplicity(_ frequency: Int) -> Int { 1 }

  @inline(__always)
  static func fromFine(_ fine: (Int) -> Vector, _ frequency: (Int, Vector) -> Void) {
    TwoOfTwoTaps.fromFine({ fine(2 * $0) }, frequency)
    TwoOfTwoTaps.fromFine({ fine(2 * $0 + 1) }, { frequency(3 + $0, $1) })
  }

  @inline(__always)
  static func toFine(_ frequency: (Int) -> Vector, _ fine: (Int, Vector) -> Void) {
    TwoOfTwoTaps.toFine(frequency) { fine(2 * $0, $1) }
    TwoOfTwoTaps.toFine({ frequency(3 + $0) }, { fine(2 * $0 + 1, $1) })
  }

  @inline(__always)
  static func fromCoarse(_ coarse: (Int) -> Vector, _ frequency: (Int, Vector) -> Void) {
    TwoOfTwoTaps.fromCoarse(coarse) {
      frequency($0, $1)
      frequency(3 + $0, $1)
    }
  }

  @inline(__always)
  static func toCoarse(_ frequency: (Int) -> Vector, _ coarse: (Int, Vector) -> Void) {
    TwoOfTwoTaps.toCoarse({ frequency($0) + frequency(3 + $0) }, coarse)
  }
}

/// Stride 2, 4 taps, three coarse samples: F(3,2) on the even and on the odd fine samples.
enum WinogradThreeOfFourTapsInTwos: WinogradTile {
  static let fineSize = 8
  static let coarseSize = 3
  static let frequencyCount = 8
  static let points = [0, 1, 2, 3, 4, 5, 6, 7]

  @inline(__always)
  static func multiplicity(_ frequency: Int) -> Int { 1 }

  @inline(__always)
  static func fromFine(_ fine: (Int) -> Vector, _ frequency: (Int, Vector) -> Void) {
    ThreeOfTwoTaps.fromFine({ fine(2 * $0) }, frequency)
    ThreeOfTwoTaps.fromFine({ fine(2 * $0 + 1) }, { frequency(4 + $0, $1) })
  }

  @inline(__always)
  static func toFine(_ frequency: (Int) -> Vector, _ fine: (Int, Vector) -> Void) {
    ThreeOfTwoTaps.toFine(frequency) { fine(2 * $0, $1) }
    ThreeOfTwoTaps.toFine({ frequency(4 + $0) }, { fine(2 * $0 + 1, $1) })
  }

  @inline(__always)
  static func fromCoarse(_ coarse: (Int) -> Vector, _ frequency: (Int, Vector) -> Void) {
    ThreeOfTwoTaps.fromCoarse(coarse) {
      frequency($0, $1)
      frequency(4 + $0, $1)
    }
  }

  @inline(__always)
  static func toCoarse(_ frequency: (Int) -> Vector, _ coarse: (Int, Vector) -> Void) {
    ThreeOfTwoTaps.toCoarse({ frequency($0) + frequency(4 + $0) }, coarse)
  }
}
