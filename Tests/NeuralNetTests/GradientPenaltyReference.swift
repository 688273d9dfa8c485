import NeuralNet
import TensorCore

/// The gradient penalty of a convolution 4x4 of stride 2, leaky, average pool, flatten, dense, leaky, dense, by plain loops.
struct GradientPenaltyReference: Sendable {
  static let input = ImageShape(height: 8, width: 8, channels: 2)
  static let hidden = 5

  let penalty: GradientNormPenalty
  let rows: Int
  let geometry = ConvolutionGeometry(
    fine: Self.input, coarse: ImageShape(height: 4, width: 4, channels: 3), kernelHeight: 4, kernelWidth: 4,
    stride: 2, paddingTop: 1, paddingLeft: 1)

  private var pooling: PoolingGeometry { PoolingGeometry(input: geometry.coarse, size: 2, stride: 2) }

  /// The same as a network.
  func network() throws -> Sequential {
    let pool = try AveragePool2D("pool", input: geometry.coarse)
    return Sequential([
      try Convolution2D(
        "conv", input: Self.input, channels: geometry.coarse.channels, kernel: 4, stride: 2,
        padding: .symmetric(1), activation: .leakyReLU, conventions: .torch),
      pool, Flatten(input: pool.outputShape),
      Dense(
        "dense1", inputs: pool.outputCount, outputs: Self.hidden, activation: .leakyReLU, conventions: .torch),
      Dense("dense2", inputs: Self.hidden, outputs: 1, activation: .identity, conventions: .torch),
    ])
  }

  struct Result<Scalar> {
    /// Of each row.
    var penalties: [Scalar]
    /// Of the sum over rows by each parameter, in the network's order.
    var gradients: [[Scalar]]
    /// How near a rectifier is to its kink.
    var leastMagnitude: Scalar
  }

  /// - Parameters:
  ///   - images: (rows, input), channels last.
  ///   - parameters: weight and bias of each layer that has some.
  func evaluate<Scalar: BinaryFloatingPoint>(images: [Scalar], parameters: [[Scalar]]) -> Result<Scalar> {
    let (flat, hidden) = (pooling.output.count, Self.hidden)
    let noBias = [Scalar](repeating: 0, count: hidden)

    // forward, and the slopes of the rectifiers
    let convolved = geometry.correlateReference(fine: images, weight: parameters[0], rows: rows)
      .enumerated().map { $1 + parameters[1][$0 % geometry.coarse.channels] }
    let outerSlopes = slopes(convolved)
    let flattened = flatten(product(convolved, outerSlopes))
    let inner = denseForwardReference(
      input: flattened, weight: parameters[2], bias: parameters[3], rows: rows, inputs: flat, outputs: hidden)
    let innerSlopes = slopes(inner)

    // back to the images
    let ones = [Scalar](repeating: 1, count: rows)
    let innerDelta = product(
      denseInputGradientReference(
        outputGradient: ones, weight: parameters[4], rows: rows, inputs: hidden, outputs: 1), innerSlopes)
    let flatGradient = denseInputGradientReference(
      outputGradient: innerDelta, weight: parameters[2], rows: rows, inputs: flat, outputs: hidden)
    let outerDelta = product(
      pooling.averagePoolGradientReference(
        outputGradient: pooling.output.channelsLastReference(flatGradient, rows: rows), rows: rows),
      outerSlopes)
    let slope = geometry.spreadReference(coarse: outerDelta, weight: parameters[0], rows: rows)

    // the penalty, and its derivative through the layers
    let width = Self.input.count
    let terms = (0..<rows).map { penalty.reference(gradient: Array(slope[$0 * width..<($0 + 1) * width])) }
    let direction = terms.flatMap(\.derivative)
    let outerTangent = product(
      geometry.correlateReference(fine: direction, weight: parameters[0], rows: rows), outerSlopes)
    let flatTangent = flatten(outerTangent)
    let innerTangent = product(
      denseForwardReference(
        input: flatTangent, weight: parameters[2], bias: noBias, rows: rows, inputs: flat, outputs: hidden),
      innerSlopes)
    return Result(
      penalties: terms.map(\.penalty),
      gradients: [
        geometry.weightGradientReference(fine: direction, coarse: outerDelta, rows: rows),
        parameters[1].map { _ in 0 },
        denseWeightGradientReference(
          input: flatTangent, outputGradient: innerDelta, rows: rows, inputs: flat, outputs: hidden),
        parameters[3].map { _ in 0 },
        denseWeightGradientReference(
          input: innerTangent, outputGradient: ones, rows: rows, inputs: hidden, outputs: 1),
        [0],
      ], leastMagnitude: (convolved + inner).map(\.magnitude).min()!)
  }

  private func flatten<Scalar: BinaryFloatingPoint>(_ images: [Scalar]) -> [Scalar] {
    pooling.output.channelsFirstReference(pooling.averagePoolReference(images, rows: rows), rows: rows)
  }

  private func slopes<Scalar: BinaryFloatingPoint>(_ sums: [Scalar]) -> [Scalar] {
    sums.map { Activation.leakyReLU.referenceDerivative(output: $0) }
  }

  private func product<Scalar: BinaryFloatingPoint>(_ a: [Scalar], _ b: [Scalar]) -> [Scalar] {
    zip(a, b).map { $0 * $1 }
  }
}
