import TensorCore

/// The steps of a network put in line: what is computed one after another, from which buffer into which.
///
/// A buffer is used again as soon as nothing needs its content any more, so that five hold all that is alive.
struct InceptionProgram {
  struct Instruction {
    var operation: Operation
    var source: Int
    var target: Int
    /// The step of the whole network whose result this completes.
    var completes: String?
  }

  enum Operation {
    /// `weights` is its number among the convolutions.
    case convolution(weights: Int, ConvolutionGeometry)
    case maximumPool(PaddedPooling)
    case averagePool(PaddedPooling)
    /// Copies an image's channels to where they belong among those of `whole`.
    case place(ImageShape, firstChannel: Int, whole: ImageShape)
  }

  private(set) var instructions: [Instruction] = []
  /// The full names of the convolutions, in order.
  private(set) var convolutionNames: [String] = []
  /// Floats that each buffer holds of an image.
  private(set) var bufferCounts: [Int] = []
  /// Where the image goes.
  private(set) var input = 0
  /// Where the result is.
  private(set) var output = 0
  private(set) var outputShape: ImageShape
  private var isFree: [Bool] = []

  init(_ steps: [InceptionStep], input shape: ImageShape) {
    outputShape = shape
    let image = Image(buffer: take(shape.count), shape: shape)
    let result = append(steps, to: image, prefix: "", isOutermost: true)
    input = image.buffer
    output = result.buffer
    outputShape = result.shape
  }

  private struct Image {
    var buffer: Int
    var shape: ImageShape
  }

  /// - Parameter isOutermost: whether these are the steps of the whole network, which nobody else needs the input of.
  private mutating func append(
    _ steps: [InceptionStep], to input: Image, prefix: String, isOutermost: Bool = false
  ) -> Image {
    var current = input
    for step in steps {
      let result = append(step, to: current, prefix: prefix)
      if isOutermost, let name = step.name { instructions[instructions.count - 1].completes = name }
      if isOutermost || current.buffer != input.buffer { isFree[current.buffer] = true }
      current = result
    }
    return current
  }

  private mutating func append(_ step: InceptionStep, to input: Image, prefix: String) -> Image {
    let shape = step.output(of: input.shape)
    let result = Image(buffer: take(shape.count), shape: shape)
    switch step {
    case .convolution(let convolution):
      let operation = Operation.convolution(
        weights: convolutionNames.count, convolution.geometry(input: input.shape))
      convolutionNames.append(prefix + convolution.name)
      append(operation, from: input, to: result)
    case .maximumPool(let stride, let padding):
      append(
        .maximumPool(PaddedPooling(input: input.shape, size: 3, stride: stride, padding: padding)),
        from: input, to: result)
    case .averagePool:
      append(
        .averagePool(PaddedPooling(input: input.shape, size: 3, stride: 1, padding: 1)), from: input,
        to: result)
    case .fork(let branches):
      append(branches, from: input, to: result, prefix: prefix)
    case .block(let name, let branches):
      append(branches, from: input, to: result, prefix: "\(prefix)\(name).")
    }
    return result
  }

  private mutating func append(
    _ branches: [[InceptionStep]], from input: Image, to result: Image, prefix: String
  ) {
    var channel = 0
    for branch in branches {
      let part = append(branch, to: input, prefix: prefix)
      append(.place(part.shape, firstChannel: channel, whole: result.shape), from: part, to: result)
      isFree[part.buffer] = true
      channel += part.shape.channels
    }
  }

  private mutating func append(_ operation: Operation, from source: Image, to target: Image) {
    instructions.append(
      Instruction(operation: operation, source: source.buffer, target: target.buffer, completes: nil))
  }

  /// A buffer that nothing alive is in, for so many floats an image.
  private mutating func take(_ count: Int) -> Int {
    let buffer = isFree.firstIndex(of: true) ?? isFree.count
    if buffer == isFree.count {
      isFree.append(false)
      bufferCounts.append(0)
    }
    isFree[buffer] = false
    bufferCounts[buffer] = max(bufferCounts[buffer], count)
    return buffer
  }
}

extension InceptionStep {
  /// The name of a convolution or a block.
  fileprivate var name: String? {
    switch self {
    case .convolution(let convolution): convolution.name
    case .block(let name, _): name
    default: nil
    }
  }

  fileprivate func output(of input: ImageShape) -> ImageShape {
    switch self {
    case .convolution(let convolution): convolution.geometry(input: input).coarse
    case .maximumPool(let stride, let padding):
      PaddedPooling(input: input, size: 3, stride: stride, padding: padding).output
    case .averagePool: input
    case .fork(let branches), .block(_, let branches):
      branches.map { $0.reduce(input) { $1.output(of: $0) } }.joinedChannels
    }
  }
}

extension [ImageShape] {
  /// Images of one size put together, channel behind channel.
  fileprivate var joinedChannels: ImageShape {
    ImageShape(height: self[0].height, width: self[0].width, channels: reduce(0) { $0 + $1.channels })
  }
}

extension InceptionConvolution {
  fileprivate func geometry(input: ImageShape) -> ConvolutionGeometry {
    ConvolutionGeometry(
      fine: input,
      coarse: ImageShape(
        height: (input.height + 2 * padding.height - kernel.height) / stride + 1,
        width: (input.width + 2 * padding.width - kernel.width) / stride + 1, channels: channels),
      kernelHeight: kernel.height, kernelWidth: kernel.width, stride: stride, paddingTop: padding.height,
      paddingLeft: padding.width)
  }
}
