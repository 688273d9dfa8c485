import Diagnostics
import TensorCore

/// The mean of each window of an image, channel by channel, without padding: PyTorch's `AvgPool2d`, Keras's
/// `AveragePooling2D`.
public final class AveragePool2D: Layer {
  public let inputShape: ImageShape
  public let outputShape: ImageShape
  private let geometry: PoolingGeometry
  private var outputBuffer = AlignedBuffer<Float>(count: 0)

  /// - Parameters:
  ///   - name: for messages; there are no parameters.
  ///   - stride: the windows' distance, their size where nil.
  /// - Throws: a usage failure where no window fits into the image.
  public init(_ name: String, input: ImageShape, size: Int = 2, stride: Int? = nil) throws(Failure) {
    geometry = try PoolingGeometry(name, input: input, size: size, stride: stride)
    inputShape = geometry.input
    outputShape = geometry.output
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
    averagePool(input, geometry: geometry, into: output, rows: pass.rowCount, team: pass.team)
  }

  public func backward(
    input: UnsafePointer<Float>, outputGradient: UnsafeMutablePointer<Float>,
    inputGradient: UnsafeMutablePointer<Float>?, pass: Pass
  ) {
    guard let inputGradient else { return }
    averagePoolGradient(
      outputGradient, geometry: geometry, into: inputGradient, rows: pass.rowCount, team: pass.team)
  }
}

extension AveragePool2D: LinearizableLayer {
  public func tangent(
    input: UnsafePointer<Float>, outputGradient: UnsafePointer<Float>, tangent: UnsafeMutablePointer<Float>?,
    pass: Pass
  ) {
    guard let tangent else { return }
    averagePool(input, geometry: geometry, into: tangent, rows: pass.rowCount, team: pass.team)
  }
}
