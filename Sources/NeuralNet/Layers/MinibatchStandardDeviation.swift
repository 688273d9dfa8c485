import TensorCore

/// One channel more, which says how much the samples of a batch differ: a generator whose images are all alike gives itself
/// away by it.
///
///     deviation of feature (y, x, channel) = √(mean over samples of (value - mean)² + 1e-8)
///     last channel, of every sample and pixel = mean of all features' deviations
///
/// The samples are those of the pass on all ranks: sums go through the tree over shards, in Double, so that the bits don't
/// depend on the number of ranks. Outside training they are the rows at hand. The gradient goes back through means and
/// deviations exactly; it needs one sum over all samples, in which all ranks take part.
///
/// Source: Karras, Aila, Laine and Lehtinen, "Progressive growing of GANs for improved quality, stability, and variation",
/// 2018; one group of all samples, one number of all features.
public final class MinibatchStandardDeviation: Layer {
  public let inputShape: ImageShape
  private var outputBuffer = AlignedBuffer<Float>(count: 0)
  private var statistics: Statistics?

  /// What the last `forward` saw, for `backward`: (features), over this many samples.
  private struct Statistics {
    let means: [Double]
    let deviations: [Double]
    let samples: Double
  }

  public init(input: ImageShape) {
    inputShape = input
  }

  public var outputShape: ImageShape {
    ImageShape(height: inputShape.height, width: inputShape.width, channels: inputShape.channels + 1)
  }
  public var inputCount: Int { inputShape.count }
  public var outputCount: Int { outputShape.count }
  public var parameters: [Parameter] { [] }
  public var output: UnsafeMutablePointer<Float> { outputBuffer.pointer }

  public func allocate(rows: Int) {
    outputBuffer = AlignedBuffer(count: rows * outputCount)
  }

  public func forward(input: UnsafePointer<Float>, pass: Pass) {
    precondition(pass.rowCount * outputCount <= outputBuffer.count, "no room for \(pass.rowCount) rows")
    let statistics = statistics(of: input, pass: pass)
    self.statistics = statistics
    let average = statistics.deviations.reduce(0, +) / Double(inputCount)
    appendChannel(
      input, value: Float(average), shape: inputShape, into: output, rows: pass.rowCount, team: pass.team)
  }

  public func backward(
    input: UnsafePointer<Float>, outputGradient: UnsafeMutablePointer<Float>,
    inputGradient: UnsafeMutablePointer<Float>?, pass: Pass
  ) {
    guard let statistics else { preconditionFailure("backward before forward") }
    guard let inputGradient else { return }
    let partials = shardLastChannelSums(
      outputGradient, pixels: inputShape.pixelCount, channels: outputShape.channels, rows: pass.rows)
    let ofAverage = pass.sums.sum(partials, width: 1)[0]
    let scale = ofAverage / (statistics.samples * Double(inputCount))
    appendChannelGradient(
      outputGradient, input: input, means: statistics.means.map(Float.init),
      slopes: statistics.deviations.map { Float(scale / $0) }, shape: inputShape, into: inputGradient,
      rows: pass.rowCount, team: pass.team)
  }

  /// Two passes over the samples: means from sums, then squared deviations from them.
  private func statistics(of input: UnsafePointer<Float>, pass: Pass) -> Statistics {
    let features = inputCount
    // The last column counts samples, so that ranks without rows know the number too. A rank's shards are a whole
    // subtree, which it has added up already.
    var own = [Double](repeating: 0, count: features + 1)
    featureSums(input, features: features, into: &own, rows: pass.rows, team: pass.team)
    own[features] = Double(pass.rowCount)
    let totals = pass.sums.sum(own, width: features + 1)
    let samples = max(totals[features], 1)
    let means = totals.prefix(features).map { $0 / samples }
    own.removeLast()
    featureSquaredDeviations(
      input, means: means, features: features, into: &own, rows: pass.rows, team: pass.team)
    let squares = pass.sums.sum(own, width: features)
    return Statistics(
      means: means, deviations: squares.map { ($0 / samples + 1e-8).squareRoot() }, samples: samples)
  }
}

extension Pass {
  /// Over all samples of the pass: those of all ranks in training, else the rows at hand.
  fileprivate var sums: any ShardSums { training?.sums ?? LocalShardSums() }
}
