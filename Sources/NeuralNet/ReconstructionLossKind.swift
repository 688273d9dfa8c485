/// What a reconstruction is trained to make small: a mean over pixels, then over the batch.
public enum ReconstructionLossKind: String, Sendable, CaseIterable {
  /// Binary cross-entropy between pixels in [0, 1].
  case bce
  /// Mean squared error.
  case mse
}
