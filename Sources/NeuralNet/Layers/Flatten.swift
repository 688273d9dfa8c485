import TensorCore

/// An image, channels last, as the flat row that PyTorch's `Flatten` gives: channel by channel, each line by line. What
/// stands between convolutions and a `Dense` layer.
public final class Flatten: Layer {
  public let inputShape: ImageShape
  private var outputBuffer = AlignedBuffer<Float>(count: 0)

  public init(input: ImageShape) {
    inputShape = input
  }

  public var inputCount: Int { inputShape.count }
  public var outputCount: Int { inputShape.count }
  public var parameters: [Parameter] { [] }
  public var output: UnsafeMutablePointer<Float> { outputBuffer.pointer }

  public func allocate(rows: Int) {
    outputBuffer = AlignedBuffer(count: rows * outputCount)
  }

  public func forward(input: UnsafePointer<Float>, pass: Pass) {
    precondition(pass.rowCount * outputCount <= outputBuffer.count, "no room for \(pass.rowCount) rows")
    channelsFirst(input, shape: inputShape, into: output, rows: pass.rowCount, team: pass.team)
  }

  public func backward(
    input: UnsafePointer<Float>, outputGradient: UnsafeMutablePointer<Float>,
    inputGradient: UnsafeMutablePointer<Float>?, pass: Pass
  ) {
    guard let inputGradient else { return }
    channelsLast(
      outputGradient, shape: inputShape, into: inputGradient, rows: pass.rowCount, team: pass.team)
  }
}

extension Flatten: LinearizableLayer {
  public func tangent(
    input: UnsafePointer<Float>, outputGradient: UnsafePointer<Float>, tangent: UnsafeMutablePointer<Float>?,
    pass: Pass
  ) {
    guard let tangent else { return }
    channelsFirst(input, shape: inputShape, into: tangent, rows: pass.rowCount, team: pass.team)
  }
}
