import Diagnostics
import TensorCore

/// A transposed convolution: output = activation(spread(input, weight) + bias), the adjoint of a convolution from the
/// output's shape to the input's.
///
/// Shapes: input (rows, height, width, inputs), weight (inputs, outputs, kernel, kernel), bias (outputs). PyTorch's
/// `ConvTranspose2d` and Keras's `Conv2DTranspose` (`Padding.same`: the output has stride times the side).
public final class TransposedConvolution2D: Layer {
  public let inputShape: ImageShape
  public let outputShape: ImageShape
  public let activation: Activation
  private let kernels: ConvolutionKernels
  private let weight: Parameter
  private let bias: Parameter?
  private var outputBuffer = AlignedBuffer<Float>(count: 0)

  /// - Parameters:
  ///   - name: the prefix of the parameters' names, as in `decoder.deconv1`.
  ///   - outputPadding: rows and columns more at the end of the output, below the stride; none with `Padding.same`.
  /// - Throws: a usage failure where the sizes don't fit.
  public init(
    _ name: String, input: ImageShape, channels: Int, kernel: Int = 3, stride: Int = 1,
    padding: Padding = .same,
    outputPadding: Int = 0, activation: Activation, hasBias: Bool = true,
    weightInitializer: Initializer? = nil, conventions: Conventions
  ) throws(Failure) {
    let geometry = try ConvolutionGeometry.transposedConvolution(
      name, input: input, channels: channels, kernel: kernel, stride: stride, padding: padding,
      outputPadding: outputPadding)
    kernels = ConvolutionKernels(geometry)
    inputShape = geometry.coarse
    outputShape = geometry.fine
    self.activation = activation
    let area = kernel * kernel
    // PyTorch takes the fan-in of a transposed convolution from its outputs.
    let initializers =
      switch conventions {
      case .keras: conventions.initializers(inputs: input.channels * area, outputs: channels * area)
      case .torch: conventions.initializers(inputs: channels * area, outputs: input.channels * area)
      }
    weight = Parameter(
      "\(name).weight", shape: [input.channels, channels, kernel, kernel],
      initializer: weightInitializer ?? initializers.weight)
    bias = hasBias ? Parameter("\(name).bias", shape: [channels], initializer: initializers.bias) : nil
  }

  public var inputCount: Int { inputShape.count }
  public var outputCount: Int { outputShape.count }
  /// What its products are made of.
  public var geometry: ConvolutionGeometry { kernels.geometry }
  public var parameters: [Parameter] { [weight] + (bias.map { [$0] } ?? []) }
  public var multiplications: Int { kernels.geometry.multiplications }
  public var output: UnsafeMutablePointer<Float> { outputBuffer.pointer }

  public func allocate(rows: Int) {
    outputBuffer = AlignedBuffer(count: rows * outputCount)
  }

  public func forward(input: UnsafePointer<Float>, pass: Pass) {
    precondition(pass.rowCount * outputCount <= outputBuffer.count, "no room for \(pass.rowCount) rows")
    kernels.spread(
      coarse: input, weight: weight.values, bias: bias?.values, negativeSlope: activation.negativeSlope ?? 1,
      fine: output, rows: pass.rowCount, team: pass.team)
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
        fine: outputGradient, coarse: input, weightGradient: weight.gradients, rows: pass.rows,
        team: pass.team)
    }
    if let inputGradient {
      kernels.correlate(
        fine: outputGradient, weight: weight.values, bias: nil, negativeSlope: 1, coarse: inputGradient,
        rows: pass.rowCount, team: pass.team)
    }
  }
}
