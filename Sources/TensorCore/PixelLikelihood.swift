/// The distribution p(x|z) of an image's pixels given its code, independent of each other.
public enum PixelLikelihood: String, Sendable, CaseIterable {
  /// Black or white, with the probability sigmoid(logit); grey pixels stand for that many white ones.
  case bernoulli
  /// Normal around sigmoid(logit), all with the one variance that the model learns. A density, so images of bytes have to be
  /// dequantised; see `dequantize`.
  case gaussian
}
