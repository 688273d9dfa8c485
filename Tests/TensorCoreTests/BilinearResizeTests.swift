import TensorCore
import TestSupport
import Testing

/// Input (height, width), output (height, width): the cases of the fixture `inception`.
private let sizes = [
  (28, 2, 299, 3), (2, 28, 3, 299), (28, 28, 7, 50), (5, 9, 13, 4), (1, 3, 4, 4),
]

@Test(arguments: sizes)
func resizedImagesAreTheirReferenceAndPyTorchs(height: Int, width: Int, toHeight: Int, toWidth: Int) throws {
  let fixture = try Fixture("inception")
  let prefix = "resize.\(height)x\(width).\(toHeight)x\(toWidth)."
  let shape = ImageShape(height: height, width: width, channels: 3)
  let resize = BilinearResize(input: shape, height: toHeight, width: toWidth)
  let images = shape.channelsLastReference(try fixture.floats(prefix + "input"), rows: 2)
  let expected = resize.output.channelsLastReference(try fixture.floats(prefix + "output"), rows: 2)

  let input = FencedBuffer(images)
  let output = FencedBuffer(count: expected.count)
  resize.resize(input.pointer, into: output.pointer, count: 2, team: singleThread)
  // The same positions in single precision: what is left is the rounding of the sums.
  expectClose("PyTorch's", output.array, expected, tolerance: 3e-7)
  // Positions of up to 28 are exact to 28 * 2^-24.
  expectClose(
    "reference", output.array.map(Double.init), resize.resizeReference(images.map(Double.init), count: 2),
    tolerance: 5e-6)
  #expect(input.isIntact && output.isIntact)
  let threaded = FencedBuffer(count: expected.count)
  resize.resize(input.pointer, into: threaded.pointer, count: 2, team: ThreadTeam(count: 3))
  expectSameBits("on three threads", threaded.array, output.array)
}
