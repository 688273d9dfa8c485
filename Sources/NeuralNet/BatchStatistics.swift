import TensorCore

/// The mean and variance of each channel that the rows of each shard are normalised by, in Double.
struct NormalizationStatistics {
  /// (shards, channels), as are `variances`.
  let means: [Double]
  let variances: [Double]
  /// The pixels behind the statistics of each shard: infinite where they don't depend on the input.
  let pixels: [Double]

  /// Those of earlier batches, the same for all shards.
  init(runningMean: [Float], runningVariance: [Float], shards: Int) {
    means = repeated(runningMean.map(Double.init), shards)
    variances = repeated(runningVariance.map(Double.init), shards)
    pixels = [Double](repeating: .infinity, count: shards)
  }

  init(means: [Double], variances: [Double], pixels: [Double]) {
    self.means = means
    self.variances = variances
    self.pixels = pixels
  }
}

/// The statistics of a batch in training, and what running statistics are updated with.
struct BatchStatistics {
  let normalization: NormalizationStatistics
  /// (channels): equal on all ranks. The variance is that of the normalisation or, `isUnbiased`, divided by one less.
  let runningMean: [Double]
  let runningVariance: [Double]

  /// Statistics of the rows of a training pass; all ranks take part, those without rows too.
  ///
  /// Two passes: means from sums, then squared deviations from them. A single pixel has the variance 0, unbiased too.
  init(
    _ images: UnsafePointer<Float>, shape: ImageShape, scope: BatchNormScope, isUnbiased: Bool, pass: Pass,
    sums: any ShardSums
  ) {
    let ownPixels = zip(pass.rows.offsets, pass.rows.offsets.dropFirst()).map {
      Double(($1 - $0) * shape.pixelCount)
    }
    func deviations(from means: [Double]) -> [Double] {
      var partials = [Double](repeating: 0, count: means.count)
      shardSquaredDeviations(
        images, means: means, shape: shape, into: &partials, stride: shape.channels, rows: pass.rows,
        team: pass.team)
      return partials
    }
    switch scope {
    case .global:
      self.init(
        global: images, shape: shape, isUnbiased: isUnbiased, ownPixels: ownPixels, pass: pass, sums: sums,
        deviations: deviations)
    case .shard:
      self.init(
        shards: images, shape: shape, isUnbiased: isUnbiased, ownPixels: ownPixels, pass: pass, sums: sums,
        deviations: deviations)
    }
  }

  private init(
    global images: UnsafePointer<Float>, shape: ImageShape, isUnbiased: Bool, ownPixels: [Double],
    pass: Pass, sums: any ShardSums, deviations: ([Double]) -> [Double]
  ) {
    let (channels, shards) = (shape.channels, pass.rows.shardCount)
    // The last column counts pixels, so that ranks without rows know the number too.
    var partials = [Double](repeating: 0, count: shards * (channels + 1))
    shardChannelSums(
      images, shape: shape, into: &partials, stride: channels + 1, rows: pass.rows, team: pass.team)
    for shard in 0..<shards { partials[shard * (channels + 1) + channels] = ownPixels[shard] }
    let totals = sums.sum(partials, width: channels + 1)
    let count = max(totals[channels], 1)
    let mean = totals.prefix(channels).map { $0 / count }
    let means = repeated(mean, shards)
    let variance = sums.sum(deviations(means), width: channels).map { $0 / count }
    normalization = NormalizationStatistics(
      means: means, variances: repeated(variance, shards),
      pixels: [Double](repeating: count, count: shards))
    runningMean = mean
    runningVariance = isUnbiased ? variance.map { $0 * unbiasedFactor(count) } : variance
  }

  private init(
    shards images: UnsafePointer<Float>, shape: ImageShape, isUnbiased: Bool, ownPixels: [Double],
    pass: Pass, sums: any ShardSums, deviations: ([Double]) -> [Double]
  ) {
    let (channels, shards) = (shape.channels, pass.rows.shardCount)
    let pixels = ownPixels.map { max($0, 1) }
    var means = [Double](repeating: 0, count: shards * channels)
    shardChannelSums(
      images, shape: shape, into: &means, stride: channels, rows: pass.rows, team: pass.team)
    for place in means.indices { means[place] /= pixels[place / channels] }
    var variances = deviations(means)
    for place in variances.indices { variances[place] /= pixels[place / channels] }

    // The running statistics take the mean over the shards that have pixels.
    let width = 2 * channels + 1
    var partials = [Double](repeating: 0, count: shards * width)
    for shard in 0..<shards where ownPixels[shard] > 0 {
      let factor = isUnbiased ? unbiasedFactor(pixels[shard]) : 1
      for channel in 0..<channels {
        partials[shard * width + channel] = means[shard * channels + channel]
        partials[shard * width + channels + channel] = variances[shard * channels + channel] * factor
      }
      partials[shard * width + 2 * channels] = 1
    }
    let totals = sums.sum(partials, width: width)
    let shardCount = max(totals[2 * channels], 1)
    normalization = NormalizationStatistics(means: means, variances: variances, pixels: pixels)
    runningMean = totals[..<channels].map { $0 / shardCount }
    runningVariance = totals[channels..<2 * channels].map { $0 / shardCount }
  }
}

/// `values` `count` times, one after another.
func repeated(_ values: [Double], _ count: Int) -> [Double] {
  Array(repeatElement(values, count: count).joined())
}

/// Turns a variance into that divided by one less than the number; 1 of a single one, whose variance is 0.
private func unbiasedFactor(_ count: Double) -> Double {
  count / max(count - 1, 1)
}
