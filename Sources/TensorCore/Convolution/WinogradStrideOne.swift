// Stride 1, 3 taps: tiles F(4,3) and F(3,3), from Lagrange interpolation through the points 0, 1, -1, 2, -2 and
// infinity; the smaller leaves out -2. F(4,3) needs 6 multiplications where the definition has 12, F(3,3) 5 for 9.

/// The taps' polynomial at 0, 1, -1, 2, -2 and infinity, scaled for F(4,3).
enum WinogradThreeTaps: WinogradTaps {
  static let count = 3
  static let pointCount = 6

  @inline(__always)
  static func toPoints(_ tap: (Int) -> Vector, _ point: (Int, Vector) -> Void) {
    let (w0, w1, w2) = (tap(0), tap(1), tap(2))
    let even = w0 + w2
    let farEven = multiplyAdd(w2, Vector(repeating: 4), w0)
    let farOdd = w1 + w1
    point(0, w0 * 0.25)
    point(1, (even + w1) * (-1 / 6))
    point(2, (even - w1) * (-1 / 6))
    point(3, (farEven + farOdd) * (1 / 24))
    point(4, (farEven - farOdd) * (1 / 24))
    point(5, w2)
  }

  @inline(__always)
  static func fromPoints(_ point: (Int) -> Vector, _ tap: (Int, Vector) -> Void) {
    let nearSum = (point(1) + point(2)) * (-1 / 6)
    let nearDifference = (point(1) - point(2)) * (-1 / 6)
    let farSum = point(3) + point(4)
    let farDifference = point(3) - point(4)
    tap(0, multiplyAdd(point(0), Vector(repeating: 0.25), nearSum) + farSum * (1 / 24))
    tap(1, multiplyAdd(farDifference, Vector(repeating: 1 / 12), nearDifference))
    tap(2, multiplyAdd(farSum, Vector(repeating: 1 / 6), nearSum) + point(5))
  }
}

/// F(4,3): four coarse samples from six fine ones.
enum WinogradFourOfThreeTaps: WinogradTile {
  static let fineSize = 6
  static let coarseSize = 4
  static let frequencyCount = 6
  static let points = [0, 1, 2, 3, 4, 5]

  @inline(__always)
  static func multiplicity(_ frequency: Int) -> Int { 1 }

  @inline(__always)
  static func fromFine(_ fine: (Int) -> Vector, _ frequency: (Int, Vector) -> Void) {
    let (x1, x2, x3, x4) = (fine(1), fine(2), fine(3), fine(4))
    let four = Vector(repeating: 4)
    let minusFour = Vector(repeating: -4)
    let minusFive = Vector(repeating: -5)
    let even = multiplyAdd(x2, minusFour, x4)
    let odd = multiplyAdd(x1, minusFour, x3)
    let farEven = x4 - x2
    let farOdd = x3 - x1
    frequency(0, multiplyAdd(fine(0), four, multiplyAdd(x2, minusFive, x4)))
    frequency(1, even + odd)
    frequency(2, even - odd)
    frequency(3, multiplyAdd(farOdd, Vector(repeating: 2), farEven))
    frequency(4, multiplyAdd(farOdd, Vector(repeating: -2), farEven))
    frequency(5, multiplyAdd(x1, four, multiplyAdd(x3, minusFive, fine(5))))
  }

  @inline(__always)
  static func toFine(_ frequency: (Int) -> Vector, _ fine: (Int, Vector) -> Void) {
    let (f0, f5) = (frequency(0), frequency(5))
    let sum = frequency(1) + frequency(2)
    let difference = frequency(1) - frequency(2)
    let farSum = frequency(3) + frequency(4)
    let farDifference = frequency(3) - frequency(4)
    let minusFive = Vector(repeating: -5)
    fine(0, f0 * 4)
    fine(1, multiplyAdd(f5 - difference, Vector(repeating: 4), farDifference * -2))
    fine(2, multiplyAdd(f0, minusFive, multiplyAdd(sum, Vector(repeating: -4), -farSum)))
    fine(3, multiplyAdd(f5, minusFive, multiplyAdd(farDifference, Vector(repeating: 2), difference)))
    fine(4, f0 + (sum + farSum))
    fine(5, f5)
  }

  @inline(__always)
  static func fromCoarse(_ coarse: (Int) -> Vector, _ frequency: (Int, Vector) -> Void) {
    let (y0, y1, y2, y3) = (coarse(0), coarse(1), coarse(2), coarse(3))
    let four = Vector(repeating: 4)
    let even = y0 + y2
    let odd = y1 + y3
    let farEven = multiplyAdd(y2, four, y0)
    let farOdd = multiplyAdd(y3, four, y1)
    frequency(0, y0)
    frequency(1, even + odd)
    frequency(2, even - odd)
    frequency(3, multiplyAdd(farOdd, Vector(repeating: 2), farEven))
    frequency(4, multiplyAdd(farOdd, Vector(repeating: -2), farEven))
    frequency(5, y3)
  }

  @inline(__always)
  static func toCoarse(_ frequency: (Int) -> Vector, _ coarse: (Int, Vector) -> Void) {
    let sum = frequency(1) + frequency(2)
    let difference = frequency(1) - frequency(2)
    let farSum = frequency(3) + frequency(4)
    let farDifference = frequency(3) - frequency(4)
    coarse(0, frequency(0) + (sum + farSum))
    coarse(1, multiplyAdd(farDifference, Vector(repeating: 2), difference))
    coarse(2, multiplyAdd(farSum, Vector(repeating: 4), sum))
    coarse(3, multiplyAdd(farDifference, Vector(repeating: 8), difference) + frequency(5))
  }
}

/// F(3,3): three coarse samples from five fine ones, scaled to share the taps' sums with F(4,3).
enum WinogradThreeOfThreeTaps: WinogradTile {
  static let fineSize = 5
  static let coarseSize = 3
  static let frequencyCount = 5
  static let points = [0, 1, 2, 3, 5]

  @inline(__always)
  static func multiplicity(_ frequency: Int) -> Int { 1 }

  @inline(__always)
  static func fromFine(_ fine: (Int) -> Vector, _ frequency: (Int, Vector) -> Void) {
    let (x1, x2, x3) = (fine(1), fine(2), fine(3))
    let two = Vector(repeating: 2)
    let odd = x3 - x1
    frequency(0, multiplyAdd(fine(0) - x2, Vector(repeating: 4), odd + odd))
    frequency(1, multiplyAdd(x1, Vector(repeating: -2), x3 - x2) * 3)
    frequency(2, multiplyAdd(x1, two, multiplyAdd(x2, Vector(repeating: -3), x3)))
    frequency(3, odd * 4)
    frequency(4, multiplyAdd(odd, Vector(repeating: -2), fine(4) - x2))
  }

  @inline(__always)
  static func toFine(_ frequency: (Int) -> Vector, _ fine: (Int, Vector) -> Void) {
    let (f0, f1, f2, f3, f4) = (frequency(0), frequency(1), frequency(2), frequency(3), frequency(4))
    let two = Vector(repeating: 2)
    let threeF1 = f1 * 3
    // What the third sample gets of the difference x3 - x1, the first gets with the other sign.
    let odd = multiplyAdd(f3, Vector(repeating: 4), multiplyAdd(f0 - f4, two, threeF1))
    fine(0, f0 * 4)
    fine(1, multiplyAdd(f2, two, -odd) - threeF1)
    fine(2, multiplyAdd(f0, Vector(repeating: -4), multiplyAdd(f2, Vector(repeating: -3), -threeF1)) - f4)
    fine(3, odd + f2)
    fine(4, f4)
  }

  @inline(__always)
  static func fromCoarse(_ coarse: (Int) -> Vector, _ frequency: (Int, Vector) -> Void) {
    let (y0, y1, y2) = (coarse(0), coarse(1), coarse(2))
    let even = y0 + y2
    frequency(0, y0)
    frequency(1, even + y1)
    frequency(2, even - y1)
    frequency(3, multiplyAdd(y2, Vector(repeating: 4), y0) + (y1 + y1))
    frequency(4, y2)
  }

  @inline(__always)
  static func toCoarse(_ frequency: (Int) -> Vector, _ coarse: (Int, Vector) -> Void) {
    let far = frequency(3)
    let sum = frequency(1) + frequency(2)
    let difference = frequency(1) - frequency(2)
    coarse(0, (frequency(0) + far) + sum)
    coarse(1, multiplyAdd(far, Vector(repeating: 2), difference))
    coarse(2, multiplyAdd(far, Vector(repeating: 4), sum) + frequency(4))
  }
}
