import TensorCore
import TestSupport
import Testing

private let geometries = ConvolutionGeometry.random(300, seed: 100) + ConvolutionGeometry.layers.prefix(60)

private func doubles(_ count: Int, seed: UInt32) -> [Double] {
  randomFloats(count, seed: seed).map(Double.init)
}

private func dot(_ a: [Double], _ b: [Double]) -> Double { zip(a, b).reduce(0) { $0 + $1.0 * $1.1 } }

/// What rounding may leave of the difference of two such products.
private func size(_ a: [Double], _ b: [Double]) -> Double { (dot(a, a) * dot(b, b)).squareRoot() }

/// ⟨correlate(x, w), y⟩ = ⟨x, spread(y, w)⟩ = ⟨w, weightGradient(x, y)⟩ to 1e-12.
@Test func theThreeProductsAreOneTrilinearForm() {
  var empty = 0
  for geometry in geometries {
    let rows = 2
    let x = doubles(rows * geometry.fine.count, seed: 1)
    let y = doubles(rows * geometry.coarse.count, seed: 2)
    let w = doubles(geometry.weightCount, seed: 3)
    let correlated = geometry.correlateReference(fine: x, weight: w, rows: rows)
    let spread = geometry.spreadReference(coarse: y, weight: w, rows: rows)
    let weightGradient = geometry.weightGradientReference(fine: x, coarse: y, rows: rows)
    let form = dot(correlated, y)
    #expect(abs(form - dot(x, spread)) <= 1e-12 * size(correlated, y), "\(geometry)")
    #expect(abs(form - dot(w, weightGradient)) <= 1e-12 * size(correlated, y), "\(geometry)")
    empty += form == 0 ? 1 : 0
  }
  #expect(empty < geometries.count / 10, "of a kernel that touches nothing the identities say nothing")
}

/// The products that a convolution and a transposed one are made of, by differences.
@Test func theReferencesAreEachOthersDerivatives() {
  for geometry in ConvolutionGeometry.random(24, maximumSide: 4, seed: 500) {
    let x = doubles(geometry.fine.count, seed: 1)
    let y = doubles(geometry.coarse.count, seed: 2)
    let w = doubles(geometry.weightCount, seed: 3)
    let name = "\(geometry)"
    expectGradient(
      "by x, \(name)",
      of: { dot(geometry.correlateReference(fine: $0, weight: w, rows: 1), y) }, at: x,
      equals: geometry.spreadReference(coarse: y, weight: w, rows: 1), step: 1e-3, tolerance: 1e-9)
    expectGradient(
      "by y, \(name)",
      of: { dot(geometry.spreadReference(coarse: $0, weight: w, rows: 1), x) }, at: y,
      equals: geometry.correlateReference(fine: x, weight: w, rows: 1), step: 1e-3, tolerance: 1e-9)
    let weightGradient = geometry.weightGradientReference(fine: x, coarse: y, rows: 1)
    // Some weights, a large part of the time otherwise.
    let some = stride(from: 0, to: w.count, by: max(1, w.count / 40)).map { $0 }
    func moved(_ values: [Double]) -> [Double] {
      var weight = w
      for (index, value) in zip(some, values) { weight[index] = value }
      return weight
    }
    expectGradient(
      "by w of a convolution, \(name)",
      of: { dot(geometry.correlateReference(fine: x, weight: moved($0), rows: 1), y) },
      at: some.map { w[$0] },
      equals: some.map { weightGradient[$0] }, step: 1e-3, tolerance: 1e-9)
    expectGradient(
      "by w of a transposed convolution, \(name)",
      of: { dot(geometry.spreadReference(coarse: y, weight: moved($0), rows: 1), x) }, at: some.map { w[$0] },
      equals: some.map { weightGradient[$0] }, step: 1e-3, tolerance: 1e-9)
  }
}

/// By hand: which tap touches which pixel.
@Test func aKernelTouchesThePixelsOfItsDefinition() {
  // One row of five pixels, three taps, stride 2, one pixel of padding: places 0, 1, 2 touch (-1, 0, 1), (1, 2, 3), (3, 4, 5).
  let geometry = ConvolutionGeometry(
    fine: ImageShape(height: 1, width: 5, channels: 1), coarse: ImageShape(height: 1, width: 3, channels: 1),
    kernelHeight: 1, kernelWidth: 3, stride: 2, paddingTop: 0, paddingLeft: 1)
  let (fine, coarse, weight): ([Double], [Double], [Double]) = ([1, 2, 3, 4, 5], [1, 2, 3], [100, 10, 1])
  #expect(geometry.correlateReference(fine: fine, weight: weight, rows: 1) == [12, 234, 450])
  #expect(geometry.spreadReference(coarse: coarse, weight: weight, rows: 1) == [10, 201, 20, 302, 30])
  // Tap 0 meets 2 and 4 at places 1 and 2: 2 * 2 + 4 * 3. Tap 1: 1 * 1 + 3 * 2 + 5 * 3. Tap 2: 2 * 1 + 4 * 2.
  let weightGradient = geometry.weightGradientReference(fine: fine, coarse: coarse, rows: 1)
  #expect(weightGradient == [16, 22, 10])
}

/// Weights (coarse channels, fine channels, height, width); images channels last.
@Test func channelsLieAsTheyAreDefinedToLie() {
  let geometry = ConvolutionGeometry(
    fine: ImageShape(height: 1, width: 2, channels: 2), coarse: ImageShape(height: 1, width: 1, channels: 3),
    kernelHeight: 1, kernelWidth: 2, stride: 1, paddingTop: 0, paddingLeft: 0)
  // Pixel 0 is (1, 2), pixel 1 is (3, 4); output o weighs channel i of pixel k by weight[o, i, k].
  let weight: [Double] = [1, 0, 0, 0, 0, 1, 0, 0, 1, 10, 100, 1000]
  #expect(geometry.correlateReference(fine: [1, 2, 3, 4], weight: weight, rows: 1) == [1, 3, 4231])
  #expect(geometry.spreadReference(coarse: [5, 6, 7], weight: weight, rows: 1) == [12, 700, 76, 7000])
}
