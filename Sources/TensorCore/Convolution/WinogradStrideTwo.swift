// Stride 2: even and odd fine samples meet taps of their own, and each half is a convolution of stride 1. With two taps
// that is F(2,2) or F(3,2), through the points 0, 1, infinity, or 0, 1, -1, infinity: 3 multiplications where the
// definition has 4, or 4 for 6; the factors are 1 and 2, so they lose hardly any accuracy. With one tap it is a product.

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
