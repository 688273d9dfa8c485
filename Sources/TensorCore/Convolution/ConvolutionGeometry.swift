/// How two images are tied by a kernel that slides in strides: the one description for convolutions and transposed
/// convolutions, forward and backward.
///
/// The kernel slides over the *fine* image, and each of its places belongs to a pixel of the *coarse* one (which is about
/// as large, or smaller by the stride). Place (y, x) with tap (ky, kx) touches the fine pixel
///   (y * stride + ky - paddingTop, x * stride + kx - paddingLeft),
/// and outside the fine image is nothing. Three products follow, and all layers are made of them:
///   correlate:       coarse[y, x, o] = sum over ky, kx, i of fine[touched, i] * weight[o, i, ky, kx]
///   spread:          fine[touched, i] += coarse[y, x, o] * weight[o, i, ky, kx]           (the adjoint of correlate)
///   weight gradient: weight[o, i, ky, kx] = sum over images, y, x of fine[touched, i] * coarse[y, x, o]
/// `Convolution2D` correlates its input into its output; `TransposedConvolution2D` spreads its input into its output.
/// PyTorch stores the weights of both as (coarse channels, fine channels, height, width).
public struct ConvolutionGeometry: Sendable, Equatable {
  public var fine: ImageShape
  public var coarse: ImageShape
  public var kernelHeight: Int
  public var kernelWidth: Int
  public var stride: Int
  public var paddingTop: Int
  public var paddingLeft: Int

  /// - Precondition: sizes and the stride are at least 1. Paddings may be negative: then the kernel starts inside.
  public init(
    fine: ImageShape, coarse: ImageShape, kernelHeight: Int, kernelWidth: Int, stride: Int, paddingTop: Int,
    paddingLeft: Int
  ) {
    precondition(fine.count > 0 && coarse.count > 0 && kernelHeight > 0 && kernelWidth > 0 && stride > 0)
    self.fine = fine
    self.coarse = coarse
    self.kernelHeight = kernelHeight
    self.kernelWidth = kernelWidth
    self.stride = stride
    self.paddingTop = paddingTop
    self.paddingLeft = paddingLeft
  }

  /// The fine row that tap `ky` touches for coarse row `y`; may lie outside the image.
  public func fineRow(_ y: Int, _ ky: Int) -> Int { y * stride + ky - paddingTop }
  public func fineColumn(_ x: Int, _ kx: Int) -> Int { x * stride + kx - paddingLeft }

  public var weightCount: Int { coarse.channels * fine.channels * kernelHeight * kernelWidth }

  /// Multiplications of one product over one image if it is computed as defined, borders included.
  public var multiplications: Int { coarse.pixelCount * weightCount }
}
