import TensorCore
import TestSupport
import Testing

private let rows = 3

/// Shapes of the models, and every remainder of a block.
private let shapes =
  [(7, 7, 128), (14, 14, 32), (1, 1, 5), (5, 7, 1)].map {
    ImageShape(height: $0.0, width: $0.1, channels: $0.2)
  }
  + randomIntegers(40, in: 1...6, seed: 1).enumerated().map {
    ImageShape(height: $1, width: $0 % 7 + 1, channels: $0 % 21 + 1)
  }

@Test func channelsFirstIsPyTorchsOrder() {
  let shape = ImageShape(height: 2, width: 1, channels: 3)
  // (y, x, channel) as digits
  let images: [Float] = [0, 1, 2, 100, 101, 102]
  #expect(shape.channelsFirstReference(images, rows: 1) == [0, 100, 1, 101, 2, 102])
}

@Test(arguments: shapes) func channelOrdersAreTheirReferences(shape: ImageShape) {
  let images = randomFloats(rows * shape.count, seed: 2)
  let expected = shape.channelsFirstReference(images, rows: rows)
  #expect(shape.channelsLastReference(expected, rows: rows) == images)
  for threads in 1...3 {
    let team = ThreadTeam(count: threads)
    let input = FencedBuffer(images)
    let flat = FencedBuffer(count: images.count)
    channelsFirst(input.pointer, shape: shape, into: flat.pointer, rows: rows, team: team)
    expectSameBits("channels first", flat.array, expected)
    let back = FencedBuffer(count: images.count)
    channelsLast(flat.pointer, shape: shape, into: back.pointer, rows: rows, team: team)
    expectSameBits("channels last", back.array, images)
    #expect([input, flat, back].allSatisfy { $0.isIntact })
  }
}

@Test(arguments: shapes.filter { $0.channels < 40 }, [1, 2, 3])
func upsamplingIsItsReference(shape: ImageShape, factor: Int) {
  let images = randomFloats(rows * shape.count, seed: 3)
  let outputGradient = wideFloats(factor * factor * images.count, seed: 4)
  let expected = shape.upsampleNearestReference(images, factor: factor, rows: rows)
  let expectedGradient = shape.upsampleNearestGradientReference(
    outputGradient: outputGradient, factor: factor, rows: rows)
  for threads in 1...3 {
    let team = ThreadTeam(count: threads)
    let input = FencedBuffer(images)
    let output = FencedBuffer(count: expected.count)
    upsampleNearest(
      input.pointer, shape: shape, factor: factor, into: output.pointer, rows: rows, team: team)
    expectSameBits("output", output.array, expected)
    let gradient = FencedBuffer(outputGradient)
    let inputGradient = FencedBuffer(count: images.count)
    upsampleNearestGradient(
      gradient.pointer, shape: shape, factor: factor, into: inputGradient.pointer, rows: rows, team: team)
    expectSameBits("inputGradient", inputGradient.array, expectedGradient)
    #expect([input, output, gradient, inputGradient].allSatisfy { $0.isIntact })
  }
}

/// Adjoints: <upsample(x), y> = <x, gradient(y)>, in Double.
@Test func theUpsamplingGradientIsTheAdjoint() {
  let shape = ImageShape(height: 5, width: 3, channels: 2)
  let x = randomFloats(rows * shape.count, seed: 5).map(Double.init)
  let y = randomFloats(9 * x.count, seed: 6).map(Double.init)
  func dot(_ a: [Double], _ b: [Double]) -> Double { zip(a, b).reduce(0) { $0 + $1.0 * $1.1 } }
  let left = dot(shape.upsampleNearestReference(x, factor: 3, rows: rows), y)
  let right = dot(x, shape.upsampleNearestGradientReference(outputGradient: y, factor: 3, rows: rows))
  #expect(abs(left - right) < 1e-12 * max(1, abs(left)))
}
