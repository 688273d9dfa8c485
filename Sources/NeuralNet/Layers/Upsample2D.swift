import Diagnostics
import TensorCore

/// Every pixel becomes a square of equal ones: PyTorch's `Upsample` and Keras's `UpSampling2D` with `nearest`.
public final class Upsample2D: Layer {
  public let inputShape: ImageShape
  public let outputShape: ImageShape
  public let factor: Int
  private var outputBuffer = AlignedBuffer<Float>(count: 0)

  /// - Parameters:
  ///   - name: for messages; there are no parameters.
  ///   - factor: the side of the square.
  /// - Throws: a usage failure where the factor is not positive.
  public init(_ name: String, input: ImageShape, factor: Int = 2) throws(Failure) {
    try requirePositive(name, "factor", factor)
    inputShape = input
    outputShape = ImageShape(
      height: factor * input.height, width: factor * input.width, channels: input.channels)
    self.factor = factor
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
    upsampleNearest(
      input, shape: inputShape, factor: factor, into: output, rows: pass.rowCount, team: pass.team)
  }

  public func backward(
    input: UnsafePointer<Float>, outputGradient: UnsafeMutablePointer<Float>,
    inputGradient: UnsafeMutablePointer<Float>?, pass: Pass
  ) {
    guard let inputGradient else { return }
    upsampleNearestGradient(
      outputGradient, shape: inputShape, factor: factor, into: inputGradient, rows: pass.rowCount,
      team: pass.team)
  }
}
