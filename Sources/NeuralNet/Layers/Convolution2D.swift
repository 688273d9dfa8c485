import Diagnostics
import TensorCore

/// A convolution: output = activation(correlate(input, weight) + bias).
///
/// Shapes: input (rows, height, width, inputs), weight (outputs, inputs, kernel, kernel), bias (outputs). PyTorch's
/// `Conv2d` and Keras's `Conv2D` (`Padding.same`).
public final class Convolution2D: Layer {
  public let inputShape: ImageShape
  public let outputShape: ImageShape
  public let activation: Activation
  private let kernels: ConvolutionKernels
  private let weight: Parameter
  private let bias: Parameter?
  private var outputBuffer = AlignedBuffer<Float>(count: 0)

  /// - Parameters:
  ///   - name: the prefix of the parameters' names, as in `encoder.conv1`.
  ///   - isSpectrallyNormalized: whether the weight is divided by its largest singular value (`SpectralNormalization`).
  /// - Throws: a usage failure where the sizes don't fit.
  public init(
    _ name: String, input: ImageShape, channels: Int, kernel: Int = 3, stride: Int = 1,
    padding: Padding = .same,
    activation: Activation, hasBias: Bool = true,
    weightInitializer: Initializer? = nil, isSpectrallyNormalized: Bool = false, conventions: Conventions
  ) throws(Failure) {
    let geometry = try ConvolutionGeometry.convolution(
      name, input: input, channels: channels, kernel: kernel, stride: stride, padding: padding)
    kernels = ConvolutionKernels(geometry)
    inputShape = geometry.fine
    outputShape = geometry.coarse
    self.activation = activation
    let area = kernel * kernel
    let initializers = conventions.initializers(inputs: input.channels * area, outputs: channels * area)
    weight = Parameter(
      "\(name).weight", shape: [channels, input.channels, kernel, kernel],
      initializer: weightInitializer ?? initializers.weight, isSpectrallyNormalized: isSpectrallyNormalized)
    bias = hasBias ? Parameter("\(name).bias", shape: [channels], initializer: initializers.bias) : nil
  }

  public var inputCount: Int { inputShape.count }
  public var outputCount: Int { outputShape.count }
  /// What its products are made of.
  public var geometry: ConvolutionGeometry { kernels.geometry }
  public var parameters: [Parameter] { [weight] + (bias.map { [$0] } ?? []) }
  public var runningTensors: [RunningTensor] { weight.runningTensors }
  public var multiplications: Int { kernels.geometry.multiplications }
  public var output: UnsafeMutablePointer<Float> { outputBuffer.pointer }

  public func allocate(rows: Int) {
    outputBuffer = AlignedBuffer(count: rows * outputCount)
  }

  public func forward(input: UnsafePointer<Float>, pass: Pass) {
    precondition(pass.rowCount * outputCount <= outputBuffer.count, "no room for \(pass.rowCount) rows")
    kernels.correlate(
      fine: input, weight: weight.effectiveValues, bias: bias?.values,
      negativeSlope: activation.negativeSlope ?? 1,
      coarse: output, rows: pass.rowCount, team: pass.team)
    activation.finishForward(output, count: pass.rowCount * outputCount, team: pass.team)
  }

  public func backward(
    input: UnsafePointer<Float>, outputGradient: UnsafeMutablePointer<Float>,
    inputGradient: UnsafeMutablePointer<Float>?, pass: Pass
  ) {
    activation.beginBackward(
      outputGradient, output: output, count: pass.rowCount * outputCount, team: pass.team)
    if pass.wantsParameterGradients {
      if let bias {
        channelSums(
          outputGradient, shape: outputShape, into: bias.gradients, rows: pass.rows, team: pass.team)
      }
      kernels.weightGradient(
        fine: input, coarse: outputGradient, weightGradient: weight.gradients, rows: pass.rows,
        team: pass.team)
    }
    if let inputGradient {
      kernels.spread(
        coarse: outputGradient, weight: weight.effectiveValues, bias: nil, negativeSlope: 1,
        fine: inputGradient,
        rows: pass.rowCount, team: pass.team)
    }
  }
}

extension Convolution2D: LinearizableLayer {
  public var isPiecewiseLinear: Bool { activation.negativeSlope != nil }

  public func tangent(
    input: UnsafePointer<Float>, outputGradient: UnsafePointer<Float>, tangent: UnsafeMutablePointer<Float>?,
    pass: Pass
  ) {
    bias?.gradients.update(repeating: 0, count: outputShape.channels)
    kernels.weightGradient(
      fine: input, coarse: outputGradient, weightGradient: weight.gradients, rows: pass.rows, team: pass.team)
    guard let tangent else { return }
    kernels.correlate(
      fine: input, weight: weight.effectiveValues, bias: nil, negativeSlope: 1, coarse: tangent,
      rows: pass.rowCount,
      team: pass.team)
    activation.beginBackward(tangent, output: output, count: pass.rowCount * outputCount, team: pass.team)
  }
}
