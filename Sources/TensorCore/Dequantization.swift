import RandomNumbers

// Images of bytes as points of a continuous space: x' = (255 x + u) / 256 for a pixel x = k / 255 and u uniform in [0, 1).
// A density of x' in units of 1/256 then bounds the probability of the bytes from below.
//
// Source: Theis, van den Oord, Bethge, "A note on the evaluation of generative models", 2016, section 3.1.

/// Dequantises one image by chance.
///
/// The u of pixel e comes from word e mod 4 of the block with counter (step, index, lane e / 4) and from nothing else, as in
/// `fillUniform`.
///
/// - Parameters:
///   - image: (count) in [0, 1].
///   - result: (count) in [0, 1]; may be `image`.
package func dequantize(
  _ image: UnsafePointer<Float>, into result: UnsafeMutablePointer<Float>, count: Int, key: RandomKey,
  step: Int, index: Int
) {
  for first in stride(from: 0, to: count, by: 16) {
    let blocks = key.fourBlocks(step: step, index: index, firstLane: first / 4)
    // Words of 32 bits in the halves of lanes of 64, and these in the order of the blocks.
    var pairs = SIMD8<UInt64>()
    pairs.evenHalf = blocks.x | blocks.y &<< 32
    pairs.oddHalf = blocks.z | blocks.w &<< 32
    let words = unsafeBitCast(pairs, to: SIMD16<UInt32>.self)
    let rest = count - first
    dequantizeVector(image + first, result + first, words.lowHalf, count: min(8, rest))
    if rest > 8 {
      dequantizeVector(image + first + 8, result + first + 8, words.highHalf, count: min(8, rest - 8))
    }
  }
}

@inline(__always)
private func dequantizeVector(
  _ image: UnsafePointer<Float>, _ result: UnsafeMutablePointer<Float>, _ words: SIMD8<UInt32>, count: Int
) {
  dequantized(.loadPartial(image, count: count), unitUniform(words)).storePartial(result, count: count)
}

/// Dequantises `count` pixels without chance, to the middle of what u may make of them: u = 1/2.
package func dequantizeToMiddle(
  _ pixels: UnsafePointer<Float>, into result: UnsafeMutablePointer<Float>, count: Int
) {
  mapVectors(pixels, result, count: count) { dequantized($0, Vector(repeating: 0.5)) }
}

@inline(__always)
private func dequantized(_ pixel: Vector, _ uniform: Vector) -> Vector {
  multiplyAdd(pixel, Vector(repeating: 255 / 256), uniform * (1 / 256))
}

/// `dequantize` as it is defined, pixel by pixel.
package func dequantizationReference<Value: BinaryFloatingPoint>(
  _ image: [Value], key: RandomKey, step: Int, index: Int
) -> [Value] {
  image.enumerated().map { element, pixel in
    let word = key.words(step: step, index: index, lane: element / 4)[element % 4]
    return (255 * pixel + Value(unitUniform(word))) / 256
  }
}
