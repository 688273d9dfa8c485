import RandomNumbers

// What a distance is read against: its floor, two halves of the real images, and its ceiling, noise.

extension FeatureMatrix {
  /// Two disjoint halves of the rows, drawn as a function of the seed; of an odd number, one row is in neither.
  ///
  /// The distance between real halves is what a perfect generator gets at that number of images.
  public func halves(seed: UInt32) -> (FeatureMatrix, FeatureMatrix) {
    let order = randomSubset(count, of: count, seed: seed, name: SubsetName(use: .halves))
    let half = count / 2
    return (rows(Array(order[..<half])), rows(Array(order[half..<2 * half])))
  }
}

/// Fills an image with noise: pixels k/255 with k uniform from 0 to 255, as a function of seed and index. The distance
/// of such images from real ones is what a generator that has learnt nothing gets.
public func fillNoiseImage(_ pixels: UnsafeMutablePointer<Float>, count: Int, index: Int, seed: UInt32) {
  let key = RandomKey(seed: seed, purpose: .evaluation, layer: 1)
  for pixel in 0..<count {
    let words = key.words(step: 0, index: index, lane: pixel / 16)
    let byte = words[pixel % 16 / 4] >> UInt32(pixel % 4 * 8) & 255
    pixels[pixel] = Float(byte) / 255
  }
}
