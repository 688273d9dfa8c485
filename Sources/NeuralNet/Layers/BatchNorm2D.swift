import Diagnostics
import TensorCore

/// Batch normalization of an image's channels: output = activation(weight * (x - mean) / sqrt(variance + epsilon) + bias),
/// each channel with its own numbers.
///
/// In training, mean and variance (squared deviations divided by their number) are those of the batch over all ranks, or
/// of each shard (`BatchNormScope`), and move the running statistics, by which it normalises otherwise:
///
/// | | epsilon | running = a * running + (1 - a) * batch | running variance |
/// |---|---|---|---|
/// | `torch`, as `BatchNorm2d` | 1e-5 | a = 0.9 | divided by one less than the pixels |
/// | `keras`, as `BatchNormalization` | 1e-3 | a = 0.99 | divided by the pixels |
///
/// Sums go through the tree over the shards of all ranks, in Double, so that the bits don't depend on their number. Of a
/// single pixel the variance is 0 in both forms. Parameters (channels): `weight`, ones, and `bias`, zeros; running
/// tensors as PyTorch's.
///
/// Source: Ioffe and Szegedy, "Batch normalization", 2015.
public final class BatchNorm2D: Layer {
  public let shape: ImageShape
  public let scope: BatchNormScope
  public let activation: Activation
  private let conventions: Conventions
  private let weight: Parameter
  private let bias: Parameter
  private let runningMean: AlignedBuffer<Float>
  private let runningVariance: AlignedBuffer<Float>
  private let batchesTracked: AlignedBuffer<Int64>
  public let runningTensors: [RunningTensor]
  private var outputBuffer = AlignedBuffer<Float>(count: 0)
  /// What the last `forward` normalised by, for `backward`.
  private var statistics: NormalizationStatistics?

  /// - Parameters:
  ///   - name: the prefix of the tensors' names, as in `encoder.norm1`.
  ///   - weightInitializer: ones by default; the GANs draw from N(1, 0.02).
  /// - Throws: a usage failure where there are no channels.
  public init(
    _ name: String, input: ImageShape, scope: BatchNormScope, activation: Activation = .identity,
    weightInitializer: Initializer = .ones, conventions: Conventions
  ) throws(Failure) {
    try requirePositive(name, "channels", input.channels)
    shape = input
    self.scope = scope
    self.activation = activation
    self.conventions = conventions
    weight = Parameter("\(name).weight", shape: [input.channels], initializer: weightInitializer)
    bias = Parameter("\(name).bias", shape: [input.channels], initializer: .zeros)
    runningMean = AlignedBuffer(count: input.channels)
    runningVariance = AlignedBuffer(count: input.channels)
    batchesTracked = AlignedBuffer(count: 1)
    runningTensors = [
      RunningTensor("\(name).running_mean", values: runningMean, initialValue: 0),
      RunningTensor("\(name).running_var", values: runningVariance, initialValue: 1),
      RunningTensor("\(name).num_batches_tracked", counter: batchesTracked),
    ]
  }

  public var inputCount: Int { shape.count }
  public var outputCount: Int { shape.count }
  public var parameters: [Parameter] { [weight, bias] }
  public var output: UnsafeMutablePointer<Float> { outputBuffer.pointer }

  public func allocate(rows: Int) {
    outputBuffer = AlignedBuffer(count: rows * outputCount)
  }

  public func forward(input: UnsafePointer<Float>, pass: Pass) {
    precondition(pass.rowCount * outputCount <= outputBuffer.count, "no room for \(pass.rowCount) rows")
    let statistics = statistics(of: input, pass: pass)
    self.statistics = statistics
    normalizeChannels(
      input, factors: factors(statistics), shifts: bias.values,
      negativeSlope: activation.negativeSlope ?? 1, into: output, shape: shape, rows: pass.rows,
      team: pass.team)
    activation.finishForward(output, count: pass.rowCount * outputCount, team: pass.team)
  }

  public func backward(
    input: UnsafePointer<Float>, outputGradient: UnsafeMutablePointer<Float>,
    inputGradient: UnsafeMutablePointer<Float>?, pass: Pass
  ) {
    guard let statistics else { preconditionFailure("backward before forward") }
    activation.beginBackward(
      outputGradient, output: output, count: pass.rowCount * outputCount, team: pass.team)
    let partials = gradientSums(input, outputGradient, statistics, pass)
    if pass.wantsParameterGradients {
      // Rounded shard by shard, so that the ranks' sums add up to the same at any number of ranks.
      let own = foldInTree(partials.map(Float.init), width: 2 * shape.channels)
      for channel in 0..<shape.channels {
        bias.gradients[channel] = own[channel]
        weight.gradients[channel] = own[shape.channels + channel]
      }
    }
    guard let inputGradient else { return }
    var totals = partials
    if let training = pass.training, scope == .global {
      totals = repeated(training.sums.sum(partials, width: 2 * shape.channels), pass.rows.shardCount)
    }
    let through = statisticsGradient(totals, statistics)
    normalizeChannelsGradient(
      outputGradient, input: input, factors: factors(statistics), slopes: through.slopes,
      offsets: through.offsets, into: inputGradient, shape: shape, rows: pass.rows, team: pass.team)
  }

  // MARK: - Forward

  /// Those of the batch, which the running ones then follow; outside training the running ones.
  private func statistics(of input: UnsafePointer<Float>, pass: Pass) -> NormalizationStatistics {
    guard let training = pass.training else {
      return NormalizationStatistics(
        runningMean: runningMean.array, runningVariance: runningVariance.array,
        shards: pass.rows.shardCount)
    }
    let batch = BatchStatistics(
      input, shape: shape, scope: scope, isUnbiased: conventions == .torch, pass: pass, sums: training.sums)
    guard training.movesRunningStatistics else { return batch.normalization }
    move(runningMean, towards: batch.runningMean)
    move(runningVariance, towards: batch.runningVariance)
    batchesTracked.pointer.pointee += 1
    return batch.normalization
  }

  private func move(_ running: AlignedBuffer<Float>, towards batch: [Double]) {
    let kept = conventions == .keras ? 0.99 : 0.9
    for channel in 0..<shape.channels {
      running.pointer[channel] = Float(
        kept * Double(running.pointer[channel]) + (1 - kept) * batch[channel])
    }
  }

  /// 1 / sqrt(variance + epsilon), (shards, channels).
  private func inverseDeviations(_ statistics: NormalizationStatistics) -> [Double] {
    let epsilon = conventions == .keras ? 1e-3 : 1e-5
    return statistics.variances.map { 1 / ($0 + epsilon).squareRoot() }
  }

  private func factors(_ statistics: NormalizationStatistics) -> ChannelFactors {
    ChannelFactors(
      means: statistics.means.map(Float.init),
      scales: inverseDeviations(statistics).enumerated().map { place, inverse in
        Float(inverse * Double(weight.values[place % shape.channels]))
      })
  }

  // MARK: - Backward

  /// For each shard the sums of the gradients, and of their products with the normalised values: (shards, 2, channels).
  private func gradientSums(
    _ input: UnsafePointer<Float>, _ outputGradient: UnsafePointer<Float>,
    _ statistics: NormalizationStatistics, _ pass: Pass
  ) -> [Double] {
    let (channels, width) = (shape.channels, 2 * shape.channels)
    var sums = [Double](repeating: 0, count: pass.rows.shardCount * width)
    sums.withUnsafeMutableBufferPointer { sums in
      shardChannelSums(
        outputGradient, shape: shape, into: sums.baseAddress!, stride: width, rows: pass.rows, team: pass.team
      )
      shardDeviationProducts(
        outputGradient, input, means: statistics.means, shape: shape, into: sums.baseAddress! + channels,
        stride: width, rows: pass.rows, team: pass.team)
    }
    for (place, inverse) in inverseDeviations(statistics).enumerated() {
      sums[place / channels * width + channels + place % channels] *= inverse
    }
    return sums
  }

  /// What the gradient of the input gets through mean and variance, slope * (x - mean) + offset: with g the outputs'
  /// gradients and h the normalised values, over n pixels, scale * -(sum(g) + h * sum(g h)) / n.
  ///
  /// - Parameter totals: as of `gradientSums`, over all that the statistics of a shard are taken from.
  private func statisticsGradient(
    _ totals: [Double], _ statistics: NormalizationStatistics
  ) -> (slopes: [Float], offsets: [Float]) {
    let channels = shape.channels
    var slopes: [Float] = []
    var offsets: [Float] = []
    for (place, inverse) in inverseDeviations(statistics).enumerated() {
      let (shard, channel) = place.quotientAndRemainder(dividingBy: channels)
      let scale = -inverse * Double(weight.values[channel]) / statistics.pixels[shard]
      offsets.append(Float(scale * totals[shard * 2 * channels + channel]))
      slopes.append(Float(scale * inverse * totals[shard * 2 * channels + channels + channel]))
    }
    return (slopes, offsets)
  }
}
