import Collectives
import Evaluation
import ImageData
import NeuralNet
import RandomNumbers
import TensorCore

/// Bounding the likelihood of images: a variational autoencoder and the negative evidence lower bound, in nats an image.
///
///     loss = -log p(x|z) + beta(step) · KL(q(z|x) || N(0, I))
///
/// With Bernoulli pixels the first term is the binary cross-entropy, summed; with Gaussian ones x is dequantised, by chance that
/// depends on the seed, the step and the image's index in the data set, as does the noise of z. The encoder sees images as
/// they are.
///
/// beta rises from 0 to `--beta` over the first `--kl-warmup` updates; with `--free-bits` each dimension of a code counts at
/// least so many nats of KL.
///
/// Sources: Kingma and Welling, "Auto-encoding variational Bayes", 2013; Higgins et al., "beta-VAE", 2017; Sønderby et
/// al., "Ladder variational autoencoders", 2016 (warm-up); Kingma et al., "Improved variational inference with inverse
/// autoregressive flow", 2016 (free bits).
final class VariationalTask: CodingTask, SingleLossTask {
  let configuration: RunConfiguration
  let autoencoder: VariationalAutoencoder
  var generation: GenerationEvaluator?
  var prior = FittedPrior.normal
  private let freeBits: Float
  private var noise = AlignedBuffer<Float>(count: 0)
  /// The dequantised images of Gaussian pixels.
  private var targets = AlignedBuffer<Float>(count: 0)
  private var divergences = AlignedBuffer<Double>(count: 0)
  private var countedDivergences = AlignedBuffer<Double>(count: 0)
  /// Of the last `forward`; in training, after the losses, the reconstruction's gradient.
  private var logits: UnsafeMutablePointer<Float>!

  /// - Throws: a usage failure where images of that size don't fit the model.
  init(_ configuration: RunConfiguration, height: Int, width: Int) throws {
    self.configuration = configuration
    autoencoder = try configuration.makeVariationalAutoencoder(height: height, width: width)
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
    autoencoder.evaluateReconstructions(
      logits: logits, targets: makeTargets(images, samples: samples, pass: pass),
      logitGradient: pass.training == nil ? nil : logits, sampleLosses: sampleLosses, rows: rows,
      team: pass.team)
    autoencoder.divergences(
      into: divergences.pointer, counted: countedDivergences.pointer, rows: rows, freeBits: freeBits,
      team: pass.team)
    let weight = divergenceWeight(pass)
    for row in 0..<rows { sampleLosses[row] += weight * countedDivergences.pointer[row] }
  }

  /// What the likelihood is of.
  private func makeTargets(
    _ images: UnsafePointer<Float>, samples: ArraySlice<Int32>, pass: Pass
  ) -> UnsafePointer<Float> {
    guard autoencoder.likelihood == .gaussian else { return images }
    let pixels = autoencoder.pixelCount
    if targets.count < pass.rowCount * pixels { targets = AlignedBuffer(count: pass.rowCount * pixels) }
    let targets = targets.pointer
    let key = RandomKey(seed: configuration.seed, purpose: .dequantization)
    pass.team.forEachRange(pass.rowCount) { rows in
      for row in rows {
        let (image, target) = (images + row * pixels, targets + row * pixels)
        if let step = pass.training?.step {
          dequantize(
            image, into: target, count: pixels, key: key, step: step,
            index: Int(samples[samples.startIndex + row]))
        } else {
          dequantizeToMiddle(image, into: target, count: pixels)
        }
      }
    }
    return UnsafePointer(targets)
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
    let last =
      bound.entropy.map { ("entropy", $0) }
      ?? ("bits_per_dimension", bitsPerDimension(bound: bound.value, pixels: images.pixelsPerImage))
    var scores = Scores(
      loss: bound.reconstruction + beta * bound.divergence,
      [("elbo", bound.value), ("reconstruction", bound.reconstruction), ("kl", bound.divergence), last])
    scores.named += Scores(rebuilt).named.dropFirst()
    scores.named += try scoreGeneratedImages(against: images, part: part)
    return scores
  }
}
