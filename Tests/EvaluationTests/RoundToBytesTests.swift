import Evaluation
import TestSupport
import Testing

private func rounded(_ pixels: [Float]) -> [Float] {
  var pixels = pixels
  pixels.withUnsafeMutableBufferPointer { roundToBytes($0.baseAddress!, count: $0.count) }
  return pixels
}

/// The definition, pixel by pixel.
private func reference(_ pixel: Float) -> Float {
  let clamped = pixel < 0 ? 0 : pixel > 1 ? 1 : pixel
  return (clamped * 255).rounded(.toNearestOrEven) / 255
}

@Suite struct RoundToBytesTests {
  @Test func pixelsGoToTheNearestByteAtAnyCount() {
    let pixels = randomFloats(1003, seed: 1, low: -0.2, high: 1.2)
    for count in [1, 7, 8, 9, 1003] {
      expectSameBits("pixels", rounded(Array(pixels[..<count])), pixels[..<count].map(reference))
    }
    #expect(rounded(pixels).allSatisfy { $0 >= 0 && $0 <= 1 })
  }

  @Test func imagesOfBytesStayAsTheyAre() {
    let lattice = (0...255).map { Float($0) / 255 }
    expectSameBits("lattice", rounded(lattice), lattice)
    // The neighbours of each in single precision go to it.
    expectSameBits("from above", rounded(lattice.map(\.nextUp)), lattice)
    expectSameBits("from below", rounded(lattice.map(\.nextDown)), lattice)
  }

  @Test func halvesGoToTheEvenByte() {
    // Of (k + 1/2) / 255, those that are exact again when multiplied by 255.
    let bytes = (0..<255).filter { (Float($0) + 0.5) / 255 * 255 == Float($0) + 0.5 }
    #expect(bytes.count > 100)
    let results = rounded(bytes.map { (Float($0) + 0.5) / 255 })
    expectSameBits("halves", results, bytes.map { Float($0 + $0 % 2) / 255 })
  }

  @Test func whatIsNoNumberStaysSo() {
    let results = rounded([.nan, .infinity, -.infinity, -0.0, 3])
    #expect(results[0].isNaN)
    expectSameBits("extremes", results[1...], [1, 0, 0, 1])
  }
}
