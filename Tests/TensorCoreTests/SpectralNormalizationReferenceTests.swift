import TensorCore
import TestSupport
import Testing

private let (rows, columns) = (4, 7)
private let weight = doubles(rows * columns, seed: 1)
private let linear = doubles(rows * columns, seed: 2)
private let curved = doubles(rows * columns, seed: 3)

private func doubles(_ count: Int, seed: UInt32) -> [Double] {
  randomFloats(count, seed: seed).map(Double.init)
}

/// u and v belong to another weight, as they do in training: they are constants and not the singular vectors.
private func makeReference<Scalar: BinaryFloatingPoint>(_: Scalar.Type) -> SpectralNormalizationReference<
  Scalar
> {
  var reference = SpectralNormalizationReference(
    rows: rows, columns: columns, v: randomFloats(columns, seed: 4).map(Scalar.init))
  let other = zip(weight, doubles(rows * columns, seed: 5)).map { Scalar($0 + 0.2 * $1) }
  for _ in 0..<3 { reference.iterate(other) }
  return reference
}

/// The gradient of a nonlinear function of W / sigma by W.
@Test func theGradientIsTheDerivativeWithConstantVectors() {
  let reference = makeReference(Double.self)
  let effective = reference.effectiveWeight(weight)
  let gradient = effective.indices.map { linear[$0] + 2 * curved[$0] * effective[$0] }
  expectGradient(
    of: { moved in
      let effective = reference.effectiveWeight(moved)
      return effective.indices.reduce(0) {
        $0 + linear[$1] * effective[$1] + curved[$1] * effective[$1] * effective[$1]
      }
    }, at: weight, equals: reference.gradient(gradient, weight: weight), tolerance: 1e-7)
}

/// A step of the power method never makes u^T W v less, and steps make it the largest singular value: that of a matrix
/// made of known ones.
@Test func sigmaTendsToTheLargestSingularValue() {
  let left: [Double] = [0.5, 0.5, 0.5, 0.5]
  let right: [Double] = [0.6, 0, 0, 0.8, 0, 0, 0]
  let secondLeft: [Double] = [0.5, -0.5, 0.5, -0.5]
  let secondRight: [Double] = [0, 0, 1, 0, 0, 0, 0]
  let matrix = (0..<rows * columns).map { index in
    3 * left[index / columns] * right[index % columns]
      + 2 * secondLeft[index / columns] * secondRight[index % columns]
  }
  var reference = SpectralNormalizationReference(
    rows: rows, columns: columns, v: randomFloats(columns, seed: 4).map(Double.init))
  var last = 0.0
  for _ in 0..<60 {
    reference.iterate(matrix)
    let sigma = reference.sigma(matrix)
    #expect(sigma >= last * (1 - 1e-12))
    last = sigma
  }
  #expect(abs(last - 3) < 1e-9)
}

/// Shapes with tails of every kind, and threads.
@Test(arguments: [(2, 1), (1, 6272), (3, 5), (64, 16), (37, 131), (128, 24)])
func theKernelsAreTheReference(rows: Int, columns: Int) {
  let count = rows * columns
  let weight = randomFloats(count, seed: 6)
  let u = randomFloats(rows, seed: 7)
  let v = randomFloats(columns, seed: 8)
  let wide = weight.map(Double.init)
  let expectedLeft = (0..<rows).map { row in
    (0..<columns).reduce(0) { $0 + wide[row * columns + $1] * Double(v[$1]) }
  }
  let expectedRight = (0..<columns).map { column in
    (0..<rows).reduce(0) { $0 + wide[$1 * columns + column] * Double(u[$1]) }
  }
  var reference = SpectralNormalizationReference(rows: rows, columns: columns, v: v.map(Double.init))
  reference.u = u.map(Double.init)
  reference.v = v.map(Double.init)
  let gradient = randomFloats(count, seed: 9)
  let expectedGradient = reference.gradient(gradient.map(Double.init), weight: wide)
  let sigma = reference.sigma(wide)

  var bits: [[Double]] = []
  for threads in 1...3 {
    let team = ThreadTeam(count: threads)
    var left = [Double](repeating: .nan, count: rows)
    var right = [Double](repeating: .nan, count: columns)
    var effective = [Float](repeating: .nan, count: count)
    multiply(weight, rows: rows, columns: columns, by: v, into: &left, team: team)
    multiplyTransposed(weight, rows: rows, columns: columns, by: u, into: &right, team: team)
    divide(weight, by: sigma, into: &effective, count: count, team: team)
    expectClose("W v", left, expectedLeft, tolerance: 1e-14 * Double(columns + 1))
    expectClose("W^T u", right, expectedRight, tolerance: 1e-14)
    expectClose(
      "W / sigma", effective.map(Double.init), reference.effectiveWeight(wide), tolerance: 2e-7)

    let product = dotProduct(gradient, effective, count: count)
    var transformed = gradient
    // In two pieces that begin and end within rows.
    for elements in [0..<count / 3, count / 3..<count] {
      divideGradient(
        &transformed, elements: elements, product: product, sigma: sigma, u: u, v: v, columns: columns,
        team: team)
    }
    expectClose(
      "gradient", transformed.map(Double.init), expectedGradient, tolerance: 2e-6)
    bits.append(left + right + effective.map(Double.init) + transformed.map(Double.init))
  }
  expectSameBits("2 threads", bits[1], bits[0])
  expectSameBits("3 threads", bits[2], bits[0])
}
