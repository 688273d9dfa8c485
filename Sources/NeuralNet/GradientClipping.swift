/// The factor that keeps the norm of all gradients together from exceeding `maximum`: maximum / (norm + 1e-6), at most 1.
/// PyTorch's `clip_grad_norm_`.
public func clippingFactor(norm: Double, maximum: Double) -> Float {
  Float(min(1, maximum / (norm + 1e-6)))
}
