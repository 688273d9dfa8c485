/// Batch normalization of whole images as it is defined, in the plainest loops, for Float and Double: what the layer is
/// tested against. Images are (rows, shape.count), channels last; the statistics are those of all rows together.
///
/// Source: Ioffe and Szegedy, "Batch normalization", 2015.
public struct BatchNormReference<Scalar: BinaryFloatingPoint> {
  public var shape: ImageShape
  public var weight: [Scalar]
  public var bias: [Scalar]
  public var epsilon: Scalar

  public init(shape: ImageShape, weight: [Scalar], bias: [Scalar], epsilon: Scalar) {
    self.shape = shape
    self.weight = weight
    self.bias = bias
    self.epsilon = epsilon
  }

  /// Each channel's mean and variance (squared deviations divided by their number) over all pixels; zero of none.
  public func statistics(_ images: [Scalar]) -> (mean: [Scalar], variance: [Scalar]) {
    var mean = [Scalar](repeating: 0, count: shape.channels)
    var variance = mean
    let count = Scalar(max(images.count / shape.channels, 1))
    for (place, value) in images.enumerated() { mean[place % shape.channels] += value / count }
    for (place, value) in images.enumerated() {
      let deviation = value - mean[place % shape.channels]
      variance[place % shape.channels] += deviation * deviation / count
    }
    return (mean, variance)
  }

  /// weight * (x - mean) / sqrt(variance + epsilon) + bias.
  public func normalize(_ images: [Scalar], mean: [Scalar], variance: [Scalar]) -> [Scalar] {
    images.enumerated().map { place, value in
      let channel = place % shape.channels
      return (value - mean[channel]) / (variance[channel] + epsilon).squareRoot() * weight[channel]
        + bias[channel]
    }
  }

  /// The gradients of input, weight and bias through the statistics of `images`.
  public func gradients(
    _ images: [Scalar], outputGradient: [Scalar]
  ) -> (input: [Scalar], weight: [Scalar], bias: [Scalar]) {
    let (mean, variance) = statistics(images)
    let deviation = variance.map { ($0 + epsilon).squareRoot() }
    let normalized = images.enumerated().map { place, value in
      (value - mean[place % shape.channels]) / deviation[place % shape.channels]
    }
    var (weightGradient, biasGradient) = (
      [Scalar](repeating: 0, count: shape.channels), [Scalar](repeating: 0, count: shape.channels)
    )
    for (place, gradient) in outputGradient.enumerated() {
      weightGradient[place % shape.channels] += gradient * normalized[place]
      biasGradient[place % shape.channels] += gradient
    }
    let count = Scalar(max(images.count / shape.channels, 1))
    let inputGradient = outputGradient.enumerated().map { place, gradient in
      let channel = place % shape.channels
      let common = (biasGradient[channel] + normalized[place] * weightGradient[channel]) / count
      return weight[channel] / deviation[channel] * (gradient - common)
    }
    return (inputGradient, weightGradient, biasGradient)
  }
}
