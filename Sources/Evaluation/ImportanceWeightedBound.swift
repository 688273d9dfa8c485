import Collectives
import Glibc
import ImageData
import NeuralNet
import TensorCore

/// The importance-weighted bound of a variational autoencoder on a data set in nats an image; see the function below.
public func evaluateImportanceWeightedBound(
  of images: ImageDataset, by model: VariationalAutoencoder, samples: Int, seed: UInt32, shards: Int,
  group: ProcessGroup, team: ThreadTeam
) -> Double {
  let chance = EvaluationChance(seed: seed)
  return evaluateImportanceWeightedBound(
    of: EncodedImages(images, by: model, chance: chance), images: images.count, samples: samples, seed: seed,
    shards: shards, group: group, team: team)
}

/// The mean over images of
///
///     log (1/K) sum over k of w_k,     w_k = p(x|z_k) p(z_k) / q(z_k|x),     z_k drawn from q(z|x)
///
/// in nats: a lower bound on the mean of log p(x) in expectation, no lower for more samples K, and equal to it in the limit. For K
/// = 1 it is the evidence lower bound, with a sampled divergence in place of the exact one. A collective call that gives the same
/// bits on every rank and at any number of ranks.
///
/// The noise of code k of image i depends on the seed, i and k alone; the first is that of `evaluateBound`. A chunk of images is
/// decoded with as many codes of each at a time as there is room for. Weights are added in order of k, in Double.
///
/// Source: Burda, Grosse, Salakhutdinov, "Importance weighted autoencoders", 2016.
///
/// - Precondition: samples > 0.
package func evaluateImportanceWeightedBound(
  of model: any LatentVariableModel, images: Int, samples: Int, seed: UInt32, shards: Int,
  group: ProcessGroup, team: ThreadTeam
) -> Double {
  precondition(samples > 0)
  let chance = EvaluationChance(seed: seed)
  let (rowLimit, latent) = (model.rowLimit, model.latentDimension)
  let noise = AlignedBuffer<Float>(count: rowLimit * latent)
  let codes = AlignedBuffer<Float>(count: rowLimit * latent)
  let logWeights = AlignedBuffer<Double>(count: rowLimit)
  let sums = EvaluationChunks(images: images, shards: shards).sum(
    width: 1, group: group, phase: "importance-weighted bound"
  ) { chunk, sums in
    let (means, logVariances) = model.encode(images: chunk, team: team)
    var totals = [LogSumOfExponentials](repeating: LogSumOfExponentials(), count: chunk.count)
    let atOnce = rowLimit / chunk.count
    for first in stride(from: 0, to: samples, by: atOnce) {
      let count = min(atOnce, samples - first)
      for sample in 0..<count {
        let start = sample * chunk.count * latent
        chance.fillNoise(
          noise.pointer + start, images: chunk, sample: first + sample, latentDimension: latent, team: team)
        sampleGaussians(
          means: means, logVariances: logVariances, noise: noise.pointer + start,
          codes: codes.pointer + start, count: chunk.count * latent, team: team)
      }
      model.logLikelihoods(codes: codes.pointer, samples: count, into: logWeights.pointer, team: team)
      for row in 0..<count * chunk.count {
        let image = row % chunk.count
        totals[image].add(
          logWeights.pointer[row]
            + logPriorRatio(
              code: codes.pointer + row * latent, noise: noise.pointer + row * latent,
              logVariances: logVariances + image * latent, count: latent))
      }
    }
    for total in totals { sums[0] += total.value - log(Double(samples)) }
  }
  return sums[0] / Double(images)
}

/// log p(z) / q(z|x) of z = m + exp(v/2) ε: the sum over dimensions of (ε² + v - z²) / 2.
private func logPriorRatio(
  code: UnsafePointer<Float>, noise: UnsafePointer<Float>, logVariances: UnsafePointer<Float>, count: Int
) -> Double {
  var sum = 0.0
  for dimension in 0..<count {
    let (z, e) = (Double(code[dimension]), Double(noise[dimension]))
    sum += (e * e + Double(logVariances[dimension]) - z * z) / 2
  }
  return sum
}
