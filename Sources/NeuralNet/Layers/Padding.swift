import Diagnostics
import TensorCore

/// What surrounds an image under a kernel.
public enum Padding: Sendable, Equatable {
  /// TensorFlow's: the output has ceil(side / stride) pixels; an odd number of missing pixels puts the extra one at the
  /// end, so that stride 2 over an even side pads only there.
  case same
  /// PyTorch's: so many zero pixels on each side.
  case symmetric(Int)
}

extension ConvolutionGeometry {
  /// The geometry of a convolution from `input` to `channels` channels; throws where the kernel finds no place in it.
  static func convolution(
    _ name: String, input: ImageShape, channels: Int, kernel: Int, stride: Int, padding: Padding
  ) throws(Failure) -> ConvolutionGeometry {
    try requirePositive(name, "channels", channels)
    try requirePositive(name, "kernel", kernel)
    try requirePositive(name, "stride", stride)
    func side(_ length: Int) -> (output: Int, before: Int) {
      switch padding {
      case .same:
        let output = (length + stride - 1) / stride
        return (output, max(0, (output - 1) * stride + kernel - length) / 2)
      case .symmetric(let pixels):
        let room = length + 2 * pixels - kernel
        return (room < 0 ? 0 : room / stride + 1, pixels)
      }
    }
    let (height, top) = side(input.height)
    let (width, left) = side(input.width)
    guard height > 0 && width > 0 else {
      throw Failure(
        .usage, "\(name): a \(kernel)x\(kernel) kernel does not fit into \(input) pixels and their padding",
        help: "use larger images, or a smaller kernel")
    }
    return ConvolutionGeometry(
      fine: input, coarse: ImageShape(height: height, width: width, channels: channels), kernelHeight: kernel,
      kernelWidth: kernel, stride: stride, paddingTop: top, paddingLeft: left)
  }

  /// The geometry of a transposed convolution from `input` to `channels` channels: that of the convolution which would
  /// turn the output into the input.
  static func transposedConvolution(
    _ name: String, input: ImageShape, channels: Int, kernel: Int, stride: Int, padding: Padding,
    outputPadding: Int
  ) throws(Failure) -> ConvolutionGeometry {
    try requirePositive(name, "channels", channels)
    try requirePositive(name, "kernel", kernel)
    try requirePositive(name, "stride", stride)
    func side(_ length: Int) -> (output: Int, before: Int) {
      switch padding {
      case .same:
        let output = length * stride
        return (output, max(0, (length - 1) * stride + kernel - output) / 2)
      case .symmetric(let pixels):
        return ((length - 1) * stride - 2 * pixels + kernel + outputPadding, pixels)
      }
    }
    guard padding != .same || outputPadding == 0 else {
      throw Failure(
        .usage, "\(name): its output padding can't be \(outputPadding) with same padding",
        help: "give 0: the output has \(stride) times the side already")
    }
    guard (0..<stride) ~= outputPadding else {
      throw Failure(
        .usage, "\(name): its output padding can't be \(outputPadding) with stride \(stride)",
        help: stride == 1 ? "give 0" : "give 0 to \(stride - 1)")
    }
    let (height, top) = side(input.height)
    let (width, left) = side(input.width)
    guard height > 0 && width > 0 else {
      throw Failure(
        .usage, "\(name): its padding leaves nothing of the output of \(input) pixels",
        help: "use larger images, or less padding")
    }
    return ConvolutionGeometry(
      fine: ImageShape(height: height, width: width, channels: channels), coarse: input, kernelHeight: kernel,
      kernelWidth: kernel, stride: stride, paddingTop: top, paddingLeft: left)
  }
}

/// Throws where a layer's size is 0 or negative.
func requirePositive(_ name: String, _ what: String, _ value: Int) throws(Failure) {
  guard value > 0 else {
    throw Failure(.usage, "\(name): its \(what) can't be \(value)", help: "give at least 1")
  }
}
