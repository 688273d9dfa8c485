import TensorCore

/// A fully connected layer: output = activation(input * weight^T + bias).
///
/// Shapes: input (rows, inputs), weight (outputs, inputs), bias (outputs), output (rows, outputs).
public final class Dense: Layer {
  public let inputCount: Int
  public let outputCount: Int
  public let activation: Activation
  private let weight: Parameter
  private let bias: Parameter?
  private var outputBuffer = AlignedBuffer<Float>(count: 0)

  /// - Parameters:
  ///   - name: the prefix of the parameters' names, as in `encoder.dense1`.
  ///   - isSpectrallyNormalized: whether the weight is divided by its largest singular value (`SpectralNormalization`).
  public init(
    _ name: String, inputs: Int, outputs: Int, activation: Activation, hasBias: Bool = true,
    weightInitializer: Initializer? = nil, isSpectrallyNormalized: Bool = false, conventions: Conventions
  ) {
    inputCount = inputs
    outputCount = outputs
    self.activation = activation
    let initializers = conventions.initializers(inputs: inputs, outputs: outputs)
    weight = Parameter(
      "\(name).weight", shape: [outputs, inputs], initializer: weightInitializer ?? initializers.weight,
      isSpectrallyNormalized: isSpectrallyNormalized)
    bias = hasBias ? Parameter("\(name).bias", shape: [outputs], initializer: initializers.bias) : nil
  }

  public var parameters: [Parameter] { [weight] + (bias.map { [$0] } ?? []) }
  public var runningTensors: [RunningTensor] { weight.runningTensors }
  public var multiplications: Int { inputCount * outputCount }
  public var output: UnsafeMutablePointer<Float> { outputBuffer.pointer }

  public func allocate(rows: Int) {
    outputBuffer = AlignedBuffer(count: rows * outputCount)
  }

  public func forward(input: UnsafePointer<Float>, pass: Pass) {
    let (rows, team) = (pass.rowCount, pass.team)
    precondition(rows * outputCount <= outputBuffer.count, "no room for \(rows) rows")
    denseForward(
      input: input, weight: weight.effectiveValues, bias: bias?.values, output: output, rows: rows,
      inputs: inputCount,
      outputs: outputCount, negativeSlope: activation.negativeSlope ?? 1, team: team)
    activation.finishForward(output, count: rows * outputCount, team: team)
  }

  public func backward(
    input: UnsafePointer<Float>, outputGradient: UnsafeMutablePointer<Float>,
    inputGradient: UnsafeMutablePointer<Float>?, pass: Pass
  ) {
    let (rows, team) = (pass.rows, pass.team)
    activation.beginBackward(
      outputGradient, output: output, count: rows.rowCount * outputCount, team: team)
    if pass.wantsParameterGradients {
      if let bias {
        columnSums(outputGradient, into: bias.gradients, rows: rows, columns: outputCount, team: team)
      }
      denseWeightGradient(
        input: input, outputGradient: outputGradient, weightGradient: weight.gradients, rows: rows,
        inputs: inputCount, outputs: outputCount, team: team)
    }
    if let inputGradient {
      denseInputGradient(
        outputGradient: outputGradient, weight: weight.effectiveValues, inputGradient: inputGradient,
        rows: rows.rowCount,
        inputs: inputCount, outputs: outputCount, team: team)
    }
  }
}

extension Dense: LinearizableLayer {
  public var isPiecewiseLinear: Bool { activation.negativeSlope != nil }

  public func tangent(
    input: UnsafePointer<Float>, outputGradient: UnsafePointer<Float>, tangent: UnsafeMutablePointer<Float>?,
    pass: Pass
  ) {
    let (rows, team) = (pass.rowCount, pass.team)
    bias?.gradients.update(repeating: 0, count: outputCount)
    denseWeightGradient(
      input: input, outputGradient: outputGradient, weightGradient: weight.gradients, rows: pass.rows,
      inputs: inputCount, outputs: outputCount, team: team)
    guard let tangent else { return }
    denseForward(
      input: input, weight: weight.effectiveValues, bias: nil, output: tangent, rows: rows,
      inputs: inputCount,
      outputs: outputCount, team: team)
    activation.beginBackward(tangent, output: output, count: rows * outputCount, team: team)
  }
}
