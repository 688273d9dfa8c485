/// Square windows that slide over an image without padding, as in PyTorch, and in Keras with `valid`: pixels at the end
/// that fill no window are left out.
///
/// The window of output pixel (y, x) begins at input pixel (y * stride, x * stride). Images are channels last.
public struct PoolingGeometry: Sendable, Equatable {
  public let input: ImageShape
  /// The side of a window.
  public let size: Int
  public let stride: Int
  /// floor((side - size) / stride) + 1 pixels a side.
  public let output: ImageShape

  /// - Precondition: a window fits into the image, and the stride is at least 1.
  public init(input: ImageShape, size: Int, stride: Int) {
    precondition(size >= 1 && stride >= 1 && input.channels >= 1)
    precondition(size <= input.height && size <= input.width, "a window fits into the image")
    self.input = input
    self.size = size
    self.stride = stride
    output = ImageShape(
      height: (input.height - size) / stride + 1, width: (input.width - size) / stride + 1,
      channels: input.channels)
  }

  /// Where the window of output pixel (y, x) begins in an input image.
  func windowOffset(_ y: Int, _ x: Int) -> Int {
    (y * stride * input.width + x * stride) * input.channels
  }

  /// Whether every input pixel lies in exactly one window.
  var isPartition: Bool {
    stride == size && output.height * size == input.height && output.width * size == input.width
  }

  /// Calls `body(row)` for every one of `rows` rows, shared over the team; sets the row's input gradient to zero before
  /// where windows overlap or leave out pixels, so that `body` adds to it, and else writes every pixel once.
  func forEachGradientRow(
    _ inputGradient: UnsafeMutablePointer<Float>, rows: Int, team: ThreadTeam, _ body: (_ row: Int) -> Void
  ) {
    team.forEachRange(rows) { range in
      for row in range {
        if !isPartition { (inputGradient + row * input.count).update(repeating: 0, count: input.count) }
        body(row)
      }
    }
  }
}

/// Calls `body(channel, width)` for every vector of a pixel's channels: width is 8, less for the last.
@inline(__always)
func forEachChannelVector(_ channels: Int, _ body: (_ channel: Int, _ width: Int) -> Void) {
  let whole = channels & ~7
  var channel = 0
  while channel < whole {
    body(channel, 8)
    channel &+= 8
  }
  if channel < channels { body(channel, channels - channel) }
}
