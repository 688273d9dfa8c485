// What the layer `MinibatchStandardDeviation` does beside the sums over samples (`featureSums`).

/// Puts one channel more behind the others of every pixel, with the same value everywhere.
///
/// - Parameters:
///   - images: (rows, shape.count), channels last.
///   - output: (rows, pixels, channels + 1).
public func appendChannel(
  _ images: UnsafePointer<Float>, value: Float, shape: ImageShape, into output: UnsafeMutablePointer<Float>,
  rows: Int, team: ThreadTeam
) {
  let channels = shape.channels
  team.forEachRange(rows * shape.pixelCount) { pixels in
    for pixel in pixels {
      let (source, target) = (images + pixel * channels, output + pixel * (channels + 1))
      forEachChannelVector(channels) { channel, width in
        Vector.loadPartial(source + channel, count: width).storePartial(target + channel, count: width)
      }
      target[channels] = value
    }
  }
}

/// For each shard the sum over its rows and pixels, in order, of the last of `channels` channels: (shards).
///
/// - Parameter images: (rows, pixels, channels).
public func shardLastChannelSums(
  _ images: UnsafePointer<Float>, pixels: Int, channels: Int, rows: ShardedRows
) -> [Double] {
  zip(rows.offsets, rows.offsets.dropFirst()).map { first, last in
    var sum = 0.0
    for pixel in first * pixels..<last * pixels {
      sum += Double(images[pixel * channels + channels - 1])
    }
    return sum
  }
}

/// inputGradient = outputGradient without its last channel + slope * (input - mean), each feature with its own numbers.
///
/// - Parameters:
///   - outputGradient: (rows, pixels, channels + 1), channels last.
///   - input: (rows, shape.count); `inputGradient` likewise.
///   - means: (shape.count); `slopes` likewise.
public func appendChannelGradient(
  _ outputGradient: UnsafePointer<Float>, input: UnsafePointer<Float>, means: [Float], slopes: [Float],
  shape: ImageShape, into inputGradient: UnsafeMutablePointer<Float>, rows: Int, team: ThreadTeam
) {
  let channels = shape.channels
  means.withUnsafeBufferPointer { means in
    slopes.withUnsafeBufferPointer { slopes in
      team.forEachRange(rows) { rows in
        for row in rows {
          for pixel in 0..<shape.pixelCount {
            let gradient = outputGradient + (row * shape.pixelCount + pixel) * (channels + 1)
            let feature = pixel * channels
            let place = row * shape.count + feature
            forEachChannelVector(channels) { channel, width in
              let mean = Vector.loadPartial(means.baseAddress! + (feature + channel), count: width)
              let slope = Vector.loadPartial(slopes.baseAddress! + (feature + channel), count: width)
              let deviation = Vector.loadPartial(input + (place + channel), count: width) - mean
              multiplyAdd(deviation, slope, .loadPartial(gradient + channel, count: width))
                .storePartial(inputGradient + (place + channel), count: width)
            }
          }
        }
      }
    }
  }
}

/// Minibatch standard deviation as it is defined, in the plainest loops, for Float and Double, over all rows together.
///
/// Source: Karras, Aila, Laine and Lehtinen, "Progressive growing of GANs", 2018.
package struct MinibatchStandardDeviationReference {
  package var shape: ImageShape

  package init(shape: ImageShape) {
    self.shape = shape
  }

  private func deviations<Scalar: BinaryFloatingPoint>(_ images: [Scalar]) -> (
    means: [Scalar], deviations: [Scalar]
  ) {
    let rows = Scalar(max(images.count / shape.count, 1))
    var means = [Scalar](repeating: 0, count: shape.count)
    var squares = means
    for (place, value) in images.enumerated() { means[place % shape.count] += value / rows }
    for (place, value) in images.enumerated() {
      let deviation = value - means[place % shape.count]
      squares[place % shape.count] += deviation * deviation / rows
    }
    return (means, squares.map { ($0 + 1e-8).squareRoot() })
  }

  /// (rows, pixels, channels + 1).
  package func append<Scalar: BinaryFloatingPoint>(_ images: [Scalar]) -> [Scalar] {
    let average = deviations(images).deviations.reduce(0, +) / Scalar(shape.count)
    return (0..<images.count / shape.channels).flatMap { pixel in
      images[pixel * shape.channels..<(pixel + 1) * shape.channels] + [average]
    }
  }

  /// The gradient of the input.
  package func gradient<Scalar: BinaryFloatingPoint>(_ images: [Scalar], outputGradient: [Scalar]) -> [Scalar]
  {
    let (means, deviations) = deviations(images)
    let channels = shape.channels
    let rows = Scalar(max(images.count / shape.count, 1))
    var ofAverage: Scalar = 0
    for pixel in 0..<images.count / channels {
      ofAverage += outputGradient[pixel * (channels + 1) + channels]
    }
    return images.enumerated().map { place, value in
      let feature = place % shape.count
      let through = (value - means[feature]) / (rows * Scalar(shape.count) * deviations[feature])
      return outputGradient[place / channels * (channels + 1) + place % channels] + ofAverage * through
    }
  }
}
