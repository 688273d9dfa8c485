/// What a reconstruction is trained to make small: a mean (or sum) over pixels or a mean over windows of an image, then over the batch.
public enum ReconstructionLoss: String, Sendable, CaseIterable {
  /// Binary cross-entropy between pixels in [0, 1].
  case bce
  /// Mean squared error.
  case mse
  /// Mean absolute error.
  case l1
  /// 1 - the structural similarity index.
  case ssim
  /// alpha · ssim + (1 - alpha) · l1.
  case mix

  /// Whether it compares windows of images, and not only pixels.
  public var usesWindows: Bool { self == .ssim || self == .mix }
}
