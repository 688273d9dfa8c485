import Diagnostics
import TensorCore

/// The largest value of each window of an image, channel by channel, without padding: PyTorch's `MaxPool2d`, Keras's
/// `MaxPooling2D`.
///
/// Of equal values the first in row-major order gets the gradient.
public final class MaxPool2D: Layer {
  public let inputShape: ImageShape
  public let outputShape: ImageShape
  private let geometry: PoolingGeometry
  private var outputBuffer = AlignedBuffer<Float>(count: 0)
  private var positions = AlignedBuffer<UInt8>(count: 0)

  /// - Parameters:
  ///   - name: for messages; there are no parameters.
  ///   - stride: the windows' distance, their size where nil.
  /// - Throws: a usage failure where no window fits into the image.
  public init(_ name: String, input: ImageShape, size: Int = 2, stride: Int? = nil) throws(Failure) {
    geometry = try PoolingGeometry(name, input: input, size: size, stride: stride)
    guard size <= largestMaxPoolingSize else {
      throw Failure(
        .usage, "\(name): its windows of \(size)x\(size) pixels are too large for maximum pooling",
        help: "give at most \(largestMaxPoolingSize)")
    }
    inputShape = geometry.input
    outputShape = geometry.output
  }

  public var inputCount: Int { inputShape.count }
  public var outputCount: Int { outputShape.count }
  public var parameters: [Parameter] { [] }
  public var output: UnsafeMutablePointer<Float> { outputBuffer.pointer }

  public func allocate(rows: Int) {
    outputBuffer = AlignedBuffer(count: rows * outputCount)
    positions = AlignedBuffer(count: rows * outputCount)
  }

  public func forward(input: UnsafePointer<Float>, pass: Pass) {
    precondition(pass.rowCount * outputCount <= outputBuffer.count, "no room for \(pass.rowCount) rows")
    maxPool(
      input, geometry: geometry, into: output, positions: positions.pointer, rows: pass.rowCount,
      team: pass.team)
  }

  public func backward(
    input: UnsafePointer<Float>, outputGradient: UnsafeMutablePointer<Float>,
    inputGradient: UnsafeMutablePointer<Float>?, pass: Pass
  ) {
    guard let inputGradient else { return }
    maxPoolGradient(
      outputGradient, positions: positions.pointer, geometry: geometry, into: inputGradient,
      rows: pass.rowCount, team: pass.team)
  }
}

extension PoolingGeometry {
  /// The geometry of a layer; throws where no window fits into the image.
  init(_ name: String, input: ImageShape, size: Int, stride: Int?) throws(Failure) {
    try requirePositive(name, "window size", size)
    try requirePositive(name, "stride", stride ?? size)
    guard size <= input.height && size <= input.width else {
      throw Failure(
        .usage,
        "\(name): a window of \(size)x\(size) does not fit into an image of \(input.height)x\(input.width) pixels",
        help: "use larger images, or less pooling")
    }
    self.init(input: input, size: size, stride: stride ?? size)
  }
}
