// Stride 2 with four taps, as WinogradStrideTwo.swift has it with three: both halves have two.

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
    func odd(_ sample: Int) -> Vector { fine(2 * sample + 1) }
    TwoOfTwoTaps.fromFine(odd) { frequency(3 + $0, $1) }
  }

  @inline(__always)
  static func toFine(_ frequency: (Int) -> Vector, _ fine: (Int, Vector) -> Void) {
    TwoOfTwoTaps.toFine(frequency) { fine(2 * $0, $1) }
    func odd(_ point: Int) -> Vector { frequency(3 + point) }
    TwoOfTwoTaps.toFine(odd) { fine(2 * $0 + 1, $1) }
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
    func odd(_ sample: Int) -> Vector { fine(2 * sample + 1) }
    ThreeOfTwoTaps.fromFine(odd) { frequency(4 + $0, $1) }
  }

  @inline(__always)
  static func toFine(_ frequency: (Int) -> Vector, _ fine: (Int, Vector) -> Void) {
    ThreeOfTwoTaps.toFine(frequency) { fine(2 * $0, $1) }
    func odd(_ point: Int) -> Vector { frequency(4 + point) }
    ThreeOfTwoTaps.toFine(odd) { fine(2 * $0 + 1, $1) }
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
