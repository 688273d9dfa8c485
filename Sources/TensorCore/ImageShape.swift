/// The size of an image in a row of activations.
///
/// Between layers, images are stored channels last: the value at (y, x, channel) of a row is at
/// `(y * width + x) * channels + channel`, so that kernels work on whole vectors of channels. Files, parameters and flat
/// rows have the channels first, as PyTorch has them; `Flatten` and `Reshape` convert. With one channel both are the same.
public struct ImageShape: Sendable, Equatable, CustomStringConvertible {
  public var height: Int
  public var width: Int
  public var channels: Int

  public init(height: Int, width: Int, channels: Int) {
    self.height = height
    self.width = width
    self.channels = channels
  }

  /// Values in an image.
  public var count: Int { height * width * channels }
  public var pixelCount: Int { height * width }

  public var description: String { "\(height)x\(width)x\(channels)" }
}
