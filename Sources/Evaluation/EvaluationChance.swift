import RandomNumbers
import TensorCore

/// The chance of an evaluation of likelihoods: each image's own, by the seed and its index in the data set, whatever chunk
/// and rank it is on.
struct EvaluationChance {
  let seed: UInt32

  /// Standard normal numbers for the `sample`-th code of each of some images, (images, latentDimension).
  func fillNoise(
    _ noise: UnsafeMutablePointer<Float>, images: Range<Int>, sample: Int, latentDimension: Int,
    team: ThreadTeam
  ) {
    let key = RandomKey(seed: seed, purpose: .reparameterization, layer: 1)
    team.forEachRange(images.count) { rows in
      for row in rows {
        fillNormal(
          noise + row * latentDimension, count: latentDimension, key: key, step: sample,
          index: images.lowerBound + row)
      }
    }
  }

  /// Dequantises some images, (images, pixels); in place.
  func dequantize(
    _ pixels: UnsafeMutablePointer<Float>, images: Range<Int>, pixelCount: Int, team: ThreadTeam
  ) {
    let key = RandomKey(seed: seed, purpose: .dequantization, layer: 1)
    team.forEachRange(images.count) { rows in
      for row in rows {
        let image = pixels + row * pixelCount
        TensorCore.dequantize(
          image, into: image, count: pixelCount, key: key, step: 0, index: images.lowerBound + row)
      }
    }
  }
}
