import Collectives
import Evaluation
import ImageData
import NeuralNet
import RandomNumbers
import TensorCore

/// Bounding the likelihood of images: a variational autoencoder and the negative evidence lower bound, in nats an image.
///
///     loss = sum over pixels of the binary cross-entropy + beta(step) · KL(q(z|x) || N(0, I))
///
/// beta rises from 0 to `--beta` over the first `--kl-warmup` updates; with `--free-bits` each dimension of a code counts at
/// least so many nats of KL. The noise of a sample depends on the seed, the step and its index in the data set.
///
/// Sources: Kingma and Welling, "Auto-encoding variational Bayes", 2013; Higgins et al., "beta-VAE", 2017; Sønderby et
/// al., "Ladder variational autoencoders", 2016 (warm-up); Kingma et al., "Improved variational inference with inverse
/// autoregressive flow", 2016 (free bits).
final class VariationalTask: GeneratingTask {
  let configuration: RunConfiguration
  let autoencoder: VariationalAutoencoder
  var generation: GenerationEvaluator?
  var prior = FittedPrior.normal
  private let reconstruction: ReconstructionObjective
  private let freeBits: Float
  private var noise = AlignedBuffer<Float>(count: 0)
  private var divergences = AlignedBuffer<Double>(count: 0)
  private var countedDivergences = AlignedBuffer<Double>(count: 0)
  /// Of the last `forward`; in training, after the losses, the reconstruction's gradient.
  private var logits: UnsafeMutablePointer<Float>!

  /// - Throws: a usage failure where images of that size don't fit the model.
  init(_ configuration: RunConfiguration, height: Int, width: Int) throws {
    self.configuration = configuration
    autoencoder = try configuration.makeVariationalAutoencoder(height: height, width: width)
    reconstruction = ReconstructionObjective(.bce, height: height, width: width, reduction: .sum)
    freeBits = Float(configuration.freeBits ?? 0)
  }

  var coder: any ImageCoder { autoencoder }

  func forward(images: UnsafePointer<Float>, pass: Pass) {
    let latent = autoencoder.latentDimension
    if noise.count < pass.rowCount * latent {
      noise = AlignedBuffer(count: pass.rowCount * latent)
      divergences = AlignedBuffer(count: pass.rowCount)
      countedDivergences = AlignedBuffer(count: pass.rowCount)
    }
    let key = RandomKey(seed: configuration.seed, purpose: .reparameterization)
    if let training = pass.training {
      let first = training.sampleIndices.startIndex
      let noise = noise.pointer
      pass.team.forEachRange(pass.rowCount) { rows in
        for row in rows {
          fillNormal(
            noise + row * latent, count: latent, key: key, step: training.step,
            index: Int(training.sampleIndices[first + row]))
        }
      }
    } else {
      // The loss without chance, for comparisons with other programs.
      noise.elements.update(repeating: 0)
    }
    logits = autoencoder.forward(images: images, noise: noise.pointer, pass: pass)
  }

  func evaluateLosses(
    images: UnsafePointer<Float>, samples: ArraySlice<Int32>, sampleLosses: UnsafeMutablePointer<Double>,
    pass: Pass
  ) {
    let rows = pass.rowCount
    reconstruction.evaluate(
      logits: logits, targets: images, logitGradient: pass.training == nil ? nil : logits,
      sampleLosses: sampleLosses, rows: rows, team: pass.team)
    autoencoder.divergences(
      into: divergences.pointer, counted: countedDivergences.pointer, rows: rows, freeBits: freeBits,
      team: pass.team)
    let weight = divergenceWeight(pass)
    for row in 0..<rows { sampleLosses[row] += weight * countedDivergences.pointer[row] }
  }

  func backward(images: UnsafePointer<Float>, pass: Pass) {
    autoencoder.backward(
      images: images, noise: noise.pointer, logitGradient: logits,
      divergenceWeight: Float(divergenceWeight(pass)), freeBits: freeBits, pass: pass)
  }

  private var beta: Double { configuration.beta ?? 1 }

  /// What the divergence counts: outside training, all of beta.
  private func divergenceWeight(_ pass: Pass) -> Double {
    guard let step = pass.training?.step, let warmup = configuration.divergenceWarmup, step < warmup else {
      return beta
    }
    return beta * Double(step + 1) / Double(warmup)
  }

  func score(_ images: ImageDataset, part: SplitPart, group: ProcessGroup, team: ThreadTeam) throws -> Scores
  {
    let bound = evaluateBound(
      of: images, by: autoencoder, seed: configuration.seed, shards: configuration.shards, group: group,
      team: team)
    let rebuilt = evaluateReconstructions(
      of: images, by: autoencoder,
      objective: ReconstructionObjective(.bce, height: images.height, width: images.width),
      shards: configuration.shards, group: group, team: team)
    var scores = Scores(
      loss: bound.reconstruction + beta * bound.divergence,
      [
        ("elbo", bound.value), ("reconstruction", bound.reconstruction), ("kl", bound.divergence),
        ("entropy", bound.entropy),
      ])
    scores.named += Scores(rebuilt).named.dropFirst()
    scores.named += try scoreGeneratedImages(against: images, part: part)
    return scores
  }
}
