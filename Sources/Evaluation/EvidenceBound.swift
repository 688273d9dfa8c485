import Collectives
import Glibc
import ImageData
import NeuralNet
import TensorCore

/// The evidence lower bound of a variational autoencoder: means over images, in nats.
public struct EvidenceBound: Sendable, Equatable {
  /// -log p(x|z), one z drawn for each image: the cross-entropy of Bernoulli pixels, or the logarithm of a density of
  /// dequantised ones.
  public var reconstruction: Double
  /// KL(q(z|x) || N(0, I)).
  public var divergence: Double
  /// The entropy of Bernoulli pixels taken as probabilities: `reconstruction` can't be below it for grey pixels, for which
  /// the bound is no likelihood. Nil where they are Gaussian.
  public var entropy: Double?

  /// The bound itself, -reconstruction - divergence.
  public var value: Double { -reconstruction - divergence }
}

/// Estimates the bound on a data set; a collective call that gives the same bits on every rank and at any number of ranks.
///
/// The noise of image i depends on the seed and i alone.
///
/// - Precondition: the model has room for `EvaluationChunks.size` rows.
public func evaluateBound(
  of images: ImageDataset, by model: VariationalAutoencoder, seed: UInt32, shards: Int, group: ProcessGroup,
  team: ThreadTeam
) -> EvidenceBound {
  let size = EvaluationChunks.size
  let (pixels, latent) = (images.pixelsPerImage, model.latentDimension)
  let isDensity = model.likelihood == .gaussian
  let input = AlignedBuffer<Float>(count: size * pixels)
  let noise = AlignedBuffer<Float>(count: size * latent)
  let losses = AlignedBuffer<Double>(count: size)
  let divergences = AlignedBuffer<Double>(count: size)
  let counted = AlignedBuffer<Double>(count: size)
  let entropies = AlignedBuffer<Double>(count: size)
  let chance = EvaluationChance(seed: seed)
  let sums = EvaluationChunks(images: images.count, shards: shards).sum(
    width: 3, group: group, phase: "evaluation"
  ) { chunk, sums in
    images.copyImages(chunk, to: input.pointer, team: team)
    chance.fillNoise(noise.pointer, images: chunk, sample: 0, latentDimension: latent, team: team)
    if !isDensity {
      team.forEachRange(chunk.count) { rows in
        for row in rows {
          entropies.pointer[row] = binaryEntropy(input.pointer + row * pixels, count: pixels)
        }
      }
    }
    let logits = model.forward(
      images: input.pointer, noise: noise.pointer, pass: Pass(rowCount: chunk.count, team: team))
    if isDensity { chance.dequantize(input.pointer, images: chunk, pixelCount: pixels, team: team) }
    model.evaluateReconstructions(
      logits: logits, targets: input.pointer, logitGradient: nil, sampleLosses: losses.pointer,
      rows: chunk.count, team: team)
    model.divergences(
      into: divergences.pointer, counted: counted.pointer, rows: chunk.count, freeBits: 0, team: team)
    for row in 0..<chunk.count {
      sums[0] += losses.pointer[row]
      sums[1] += divergences.pointer[row]
      sums[2] += entropies.pointer[row]
    }
  }
  let means = sums.map { $0 / Double(images.count) }
  return EvidenceBound(reconstruction: means[0], divergence: means[1], entropy: isDensity ? nil : means[2])
}

/// A bound on the density of dequantised pixels in [0, 1], in nats, as bits for each pixel of bytes: densities are then in
/// units of 1/256.
public func bitsPerDimension(bound: Double, pixels: Int) -> Double {
  8 - bound / (Double(pixels) * log(2))
}

/// The sum over pixels x in [0, 1] of -x log x - (1 - x) log (1 - x).
private func binaryEntropy(_ pixels: UnsafePointer<Float>, count: Int) -> Double {
  var sum = 0.0
  for pixel in 0..<count {
    let x = Double(pixels[pixel])
    if x > 0 && x < 1 { sum -= x * log(x) + (1 - x) * log(1 - x) }
  }
  return sum
}
