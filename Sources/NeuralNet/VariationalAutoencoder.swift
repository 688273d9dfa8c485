import Diagnostics
import TensorCore

/// A variational autoencoder: an encoder to a normal distribution of codes with independent dimensions, from which one
/// code is drawn, and a decoder of it to logits. The output is sigmoid(logits), and `likelihood` is the
/// distribution of pixels around it; Gaussian ones have one variance, whose logarithm is a parameter beside the networks'.
///
/// Source: Kingma and Welling, "Auto-encoding variational Bayes", 2014.
public final class VariationalAutoencoder: ImageCoder {
  /// Images to what both heads take.
  public let trunk: Sequential
  /// To the means m.
  public let meanHead: Sequential
  /// To the natural logarithms v of the variances.
  public let logVarianceHead: Sequential
  /// Codes to logits.
  public let decoder: Sequential
  public let likelihood: PixelLikelihood
  /// `decoder.log_variance`: of the pixels, where they are Gaussian.
  let pixelLogVariance: Parameter?
  public let arena: ParameterArena
  public var arenas: [ParameterArena] { [arena] }
  /// Of each row, by the pixels' log-variance; filled by `evaluateReconstructions`.
  var pixelLogVarianceGradients = AlignedBuffer<Float>(count: 0)
  private var codeBuffer = AlignedBuffer<Float>(count: 0)
  private var meanGradient = AlignedBuffer<Float>(count: 0)
  private var logVarianceGradient = AlignedBuffer<Float>(count: 0)

  /// - Precondition: both heads take what the trunk gives and make codes of one size, which the decoder takes; it gives as
  ///   many pixels as the trunk takes.
  public init(
    trunk: Sequential, meanHead: Sequential, logVarianceHead: Sequential, decoder: Sequential,
    likelihood: PixelLikelihood = .bernoulli
  ) {
    for head in [meanHead, logVarianceHead] {
      precondition(head.inputCount == trunk.outputCount && head.outputCount == decoder.inputCount)
    }
    precondition(decoder.outputCount == trunk.inputCount)
    self.trunk = trunk
    self.meanHead = meanHead
    self.logVarianceHead = logVarianceHead
    self.decoder = decoder
    self.likelihood = likelihood
    pixelLogVariance =
      likelihood == .gaussian
      ? Parameter(
        "decoder.log_variance", shape: [1], initializer: .constant(Self.initialPixelLogVariance)) : nil
    arena = ParameterArena(
      [trunk, meanHead, logVarianceHead, decoder].flatMap(\.parameters) + [pixelLogVariance].compactMap { $0 }
    )
  }

  /// A trunk with two linear heads, `encoder.mean` and `encoder.log_variance`, and a decoder.
  ///
  /// - Throws: a usage failure where the code would have no dimensions.
  convenience init(
    trunk: Sequential, latent: Int, decoder: Sequential, likelihood: PixelLikelihood, conventions: Conventions
  ) throws(Failure) {
    func head(_ name: String) throws(Failure) -> Sequential {
      try requirePositive(name, "width", latent)
      return Sequential([
        Dense(
          name, inputs: trunk.outputCount, outputs: latent, activation: .identity, conventions: conventions)
      ])
    }
    self.init(
      trunk: trunk, meanHead: try head("encoder.mean"), logVarianceHead: try head("encoder.log_variance"),
      decoder: decoder, likelihood: likelihood)
  }

  public var networks: [Sequential] { [trunk, meanHead, logVarianceHead, decoder] }
  public var pixelCount: Int { trunk.inputCount }
  public var latentDimension: Int { decoder.inputCount }
  /// Of the last `encode`, `encodeDistributions` or `forward`: (rows, latentDimension).
  public var means: UnsafeMutablePointer<Float> { meanHead.output }
  /// Of the last `encodeDistributions` or `forward`: (rows, latentDimension).
  public var logVariances: UnsafeMutablePointer<Float> { logVarianceHead.output }
  /// What the last `forward` drew: (rows, latentDimension).
  public var codes: UnsafeMutablePointer<Float> { codeBuffer.pointer }

  public func allocate(rows: Int) {
    for network in networks { network.allocate(rows: rows) }
    codeBuffer = AlignedBuffer(count: rows * latentDimension)
    pixelLogVarianceGradients = AlignedBuffer(count: rows)
    meanGradient = AlignedBuffer(count: rows * latentDimension)
    logVarianceGradient = AlignedBuffer(count: rows * latentDimension)
  }

  /// The means, which are the codes without chance.
  public func encode(images: UnsafePointer<Float>, pass: Pass) -> UnsafeMutablePointer<Float> {
    meanHead.forward(input: trunk.forward(input: images, pass: pass), pass: pass)
  }

  /// Both heads, whose results are `means` and `logVariances` then.
  ///
  /// - Parameter images: (rows, pixelCount) in [0, 1].
  public func encodeDistributions(images: UnsafePointer<Float>, pass: Pass) {
    let features = trunk.forward(input: images, pass: pass)
    meanHead.forward(input: features, pass: pass)
    logVarianceHead.forward(input: features, pass: pass)
  }

  public func decode(codes: UnsafePointer<Float>, pass: Pass) -> UnsafeMutablePointer<Float> {
    decoder.forward(input: codes, pass: pass)
  }

  /// Codes drawn by chance, m + exp(v / 2) noise.
  ///
  /// - Parameters:
  ///   - images: (rows, pixelCount) in [0, 1].
  ///   - noise: standard normal numbers, (rows, latentDimension).
  /// - Returns: (rows, latentDimension), valid until the next call.
  @discardableResult
  public func drawCodes(
    images: UnsafePointer<Float>, noise: UnsafePointer<Float>, pass: Pass
  ) -> UnsafeMutablePointer<Float> {
    encodeDistributions(images: images, pass: pass)
    sampleGaussians(
      means: means, logVariances: logVariances, noise: noise, codes: codes,
      count: pass.rowCount * latentDimension, team: pass.team)
    return codes
  }

  /// The logits of images rebuilt from codes that `drawCodes` draws.
  ///
  /// - Parameters:
  ///   - images: (rows, pixelCount) in [0, 1].
  ///   - noise: standard normal numbers, (rows, latentDimension).
  /// - Returns: logits (rows, pixelCount), valid until the next call.
  public func forward(
    images: UnsafePointer<Float>, noise: UnsafePointer<Float>, pass: Pass
  ) -> UnsafeMutablePointer<Float> {
    decoder.forward(input: drawCodes(images: images, noise: noise, pass: pass), pass: pass)
  }

  /// Of each image of the last `forward`, the divergence of its distribution from the standard normal one in nats, and what
  /// of it counts where each dimension has some nats for free; see `gaussianDivergences`.
  ///
  /// - Parameters:
  ///   - divergences: (rows): sum over dimensions of KL_d = (exp(v) + m^2 - 1 - v) / 2.
  ///   - counted: (rows): sum over dimensions of max(freeBits, KL_d); equal to `divergences` where `freeBits` is 0.
  public func divergences(
    into divergences: UnsafeMutablePointer<Double>, counted: UnsafeMutablePointer<Double>, rows: Int,
    freeBits: Float, team: ThreadTeam
  ) {
    gaussianDivergences(
      means: means, logVariances: logVariances, divergences: divergences, counted: counted, rows: rows,
      dimensions: latentDimension, freeBits: freeBits, team: team)
  }

  /// Fills the gradients of all parameters, of the sum over rows of
  ///
  ///     reconstruction + divergenceWeight · sum over dimensions of max(freeBits, KL_d)
  ///
  /// A dimension whose divergence is below `freeBits` in a sample gets no gradient from its divergence there. That by the
  /// variance of Gaussian pixels is what `evaluateReconstructions` found just before.
  ///
  /// - Parameters:
  ///   - images: as given to `forward`, as is `noise`.
  ///   - logitGradient: of the reconstruction, (rows, pixelCount); overwritten.
  ///   - freeBits: nats a dimension, 0 for none.
  ///   - pass: the one given to `forward`.
  public func backward(
    images: UnsafePointer<Float>, noise: UnsafePointer<Float>, logitGradient: UnsafeMutablePointer<Float>,
    divergenceWeight: Float, freeBits: Float, pass: Pass
  ) {
    if let pixelLogVariance {
      columnSums(
        pixelLogVarianceGradients.pointer, into: pixelLogVariance.gradients, rows: pass.rows, columns: 1,
        team: pass.team)
    }
    let codeGradient = decoder.backward(
      input: codes, outputGradient: logitGradient, wantsInputGradient: true, pass: pass)
    gaussianGradients(
      means: means, logVariances: logVariances, noise: noise, codeGradient: codeGradient!,
      divergenceWeight: divergenceWeight, freeBits: freeBits, meanGradient: meanGradient.pointer,
      logVarianceGradient: logVarianceGradient.pointer, count: pass.rowCount * latentDimension,
      team: pass.team)
    let byMeans = meanHead.backward(
      input: trunk.output, outputGradient: meanGradient.pointer, wantsInputGradient: true, pass: pass)!
    let byLogVariances = logVarianceHead.backward(
      input: trunk.output, outputGradient: logVarianceGradient.pointer, wantsInputGradient: true, pass: pass)!
    addVectors(byLogVariances, to: byMeans, count: pass.rowCount * trunk.outputCount, team: pass.team)
    trunk.backward(input: images, outputGradient: byMeans, wantsInputGradient: false, pass: pass)
  }
}
