import TensorCore
import TestSupport
import Testing

/// Remainders at the end, windows apart, edge to edge and overlapping; channels of every remainder of a vector.
private let geometries: [PoolingGeometry] = {
  let sides = randomIntegers(60, in: 3...13, seed: 1)
  let channels = randomIntegers(30, in: 1...19, seed: 2)
  let sizes = randomIntegers(30, in: 1...3, seed: 3)
  let strides = randomIntegers(30, in: 1...3, seed: 4)
  return (0..<30).map {
    PoolingGeometry(
      input: ImageShape(height: sides[2 * $0], width: sides[2 * $0 + 1], channels: channels[$0]),
      size: sizes[$0], stride: strides[$0])
  } + [
    PoolingGeometry(input: ImageShape(height: 8, width: 6, channels: 11), size: 2, stride: 2),
    PoolingGeometry(input: ImageShape(height: 16, width: 17, channels: 3), size: 16, stride: 1),
  ]
}()

private let rows = 3

@Test(arguments: geometries) func maximumPoolingIsItsReference(geometry: PoolingGeometry) {
  // Halves, so that many windows have several largest values; one NaN and one infinity.
  var images = randomFloats(rows * geometry.input.count, seed: 5, low: -4, high: 4).map { $0.rounded() / 2 }
  images[images.count / 2] = .nan
  images[images.count / 3] = -.infinity
  let outputGradient = randomFloats(rows * geometry.output.count, seed: 6)
  let (expected, expectedGradient) = (
    geometry.maxPoolReference(images, rows: rows),
    geometry.maxPoolGradientReference(images, outputGradient: outputGradient, rows: rows)
  )
  for threads in 1...3 {
    let team = ThreadTeam(count: threads)
    let input = FencedBuffer(images)
    let output = FencedBuffer(count: expected.count)
    let positions = AlignedBuffer<UInt8>(count: expected.count)
    maxPool(
      input.pointer, geometry: geometry, into: output.pointer, positions: positions.pointer, rows: rows,
      team: team)
    expectSameBits("output", output.array, expected)
    let gradient = FencedBuffer(outputGradient)
    let inputGradient = FencedBuffer(count: images.count)
    maxPoolGradient(
      gradient.pointer, positions: positions.pointer, geometry: geometry, into: inputGradient.pointer,
      rows: rows, team: team)
    expectSameBits("inputGradient", inputGradient.array, expectedGradient)
    #expect([input, output, gradient, inputGradient].allSatisfy { $0.isIntact })
  }
}

@Test(arguments: geometries) func averagePoolingIsItsReference(geometry: PoolingGeometry) {
  let images = wideFloats(rows * geometry.input.count, seed: 7)
  let outputGradient = wideFloats(rows * geometry.output.count, seed: 8)
  let (expected, expectedGradient) = (
    geometry.averagePoolReference(images, rows: rows),
    geometry.averagePoolGradientReference(outputGradient: outputGradient, rows: rows)
  )
  for threads in 1...3 {
    let team = ThreadTeam(count: threads)
    let input = FencedBuffer(images)
    let output = FencedBuffer(count: expected.count)
    averagePool(input.pointer, geometry: geometry, into: output.pointer, rows: rows, team: team)
    expectSameBits("output", output.array, expected)
    let gradient = FencedBuffer(outputGradient)
    let inputGradient = FencedBuffer(count: images.count)
    averagePoolGradient(
      gradient.pointer, geometry: geometry, into: inputGradient.pointer, rows: rows, team: team)
    expectSameBits("inputGradient", inputGradient.array, expectedGradient)
    #expect([input, output, gradient, inputGradient].allSatisfy { $0.isIntact })
  }
}

/// Weighted sums of outputs, whose derivatives the gradients have to be.
@Test(arguments: [(2, 2), (3, 2), (2, 3)]) func poolingGradientsAreDerivatives(size: Int, stride: Int) {
  let geometry = PoolingGeometry(
    input: ImageShape(height: 7, width: 5, channels: 2), size: size, stride: stride)
  let images = randomFloats(geometry.input.count, seed: 9).map(Double.init)
  let weights = randomFloats(geometry.output.count, seed: 10).map(Double.init)
  func weigh(_ output: [Double]) -> Double { zip(output, weights).reduce(0) { $0 + $1.0 * $1.1 } }
  expectGradient(
    of: { weigh(geometry.maxPoolReference($0, rows: 1)) }, at: images,
    equals: geometry.maxPoolGradientReference(images, outputGradient: weights, rows: 1))
  expectGradient(
    of: { weigh(geometry.averagePoolReference($0, rows: 1)) }, at: images,
    equals: geometry.averagePoolGradientReference(outputGradient: weights, rows: 1))
}
