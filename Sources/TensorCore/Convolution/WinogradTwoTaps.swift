// F(2,2) and F(3,2), which the tiles of stride 2 are made of.

/// The values of two taps at 0, 1, -1 and infinity.
@inline(__always)
func twoTapsToPoints(_ w0: Vector, _ w1: Vector, _ point: (Int, Vector) -> Void) {
  point(0, w0)
  point(1, (w0 + w1) * 0.5)
  point(2, (w0 - w1) * 0.5)
  point(3, w1)
}

@inline(__always)
func pointsToTwoTaps(_ point: (Int) -> Vector) -> (Vector, Vector) {
  let half = Vector(repeating: 0.5)
  return (
    multiplyAdd(point(1) + point(2), half, point(0)), multiplyAdd(point(1) - point(2), half, point(3))
  )
}

/// F(2,2) on samples of stride 1.
enum TwoOfTwoTaps {
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
enum ThreeOfTwoTaps {
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
