/// What Inception is made of: steps one after another, some of which are branches side by side.
indirect enum InceptionStep {
  /// Convolution without bias, batch normalization (epsilon 1e-3), ReLU.
  case convolution(InceptionConvolution)
  /// The largest value of each window of 3x3.
  case maximumPool(stride: Int, padding: Int)
  /// The mean of each window of 3x3, stride 1, padding 1; what lies outside the image is not counted.
  case averagePool
  /// Branches that start from the same input and whose channels are put one behind the other.
  case fork([[InceptionStep]])
  /// The same; the names of its convolutions begin with the block's.
  case block(String, [[InceptionStep]])

  static func convolution(
    _ name: String, _ channels: Int, kernel: Int = 1, stride: Int = 1, padding: Int = 0
  ) -> InceptionStep {
    .convolution(
      InceptionConvolution(
        name: name, channels: channels, kernel: (kernel, kernel), stride: stride, padding: (padding, padding))
    )
  }

  /// A kernel that is no square: (height, width), as its padding.
  static func convolution(
    _ name: String, _ channels: Int, kernel: (Int, Int), padding: (Int, Int)
  ) -> InceptionStep {
    .convolution(
      InceptionConvolution(name: name, channels: channels, kernel: kernel, stride: 1, padding: padding))
  }
}

/// torchvision's `BasicConv2d`.
struct InceptionConvolution {
  /// Without the block's; the tensors are `<name>.conv.weight`, `<name>.bn.weight` and so on.
  var name: String
  /// Of the output.
  var channels: Int
  var kernel: (height: Int, width: Int)
  var stride: Int
  var padding: (height: Int, width: Int)
}
