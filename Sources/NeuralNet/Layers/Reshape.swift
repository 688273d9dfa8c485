import TensorCore

/// A flat row, channel by channel and each line by line, as an image, channels last: the inverse of `Flatten`. What
/// stands between a `Dense` layer and convolutions.
public final class Reshape: Layer {
  public let outputShape: ImageShape
  private var outputBuffer = AlignedBuffer<Float>(count: 0)

  public init(output: ImageShape) {
    outputShape = output
  }

  public var inputCount: Int { outputShape.count }
  public var outputCount: Int { outputShape.count }
  public var parameters: [Parameter] { [] }
  public var output: UnsafeMutablePointer<Float> { outputBuffer.pointer }

  public func allocate(rows: Int) {
    outputBuffer = AlignedBuffer(count: rows * outputCount)
  }

  public func forward(input: UnsafePointer<Float>, pass: Pass) {
    precondition(pass.rowCount * outputCount <= outputBuffer.count, "no room for \(pass.rowCount) rows")
    channelsLast(input, shape: outputShape, into: output, rows: pass.rowCount, team: pass.team)
  }

  public func backward(
    input: UnsafePointer<Float>, outputGradient: UnsafeMutablePointer<Float>,
    inputGradient: UnsafeMutablePointer<Float>?, pass: Pass
  ) {
    guard let inputGradient else { return }
    channelsFirst(
      outputGradient, shape: outputShape, into: inputGradient, rows: pass.rowCount, team: pass.team)
  }
}
