/// Whose habits the initialisers and optimisers follow; PyTorch's and Keras's differ in small ways that matter for
/// parity tests (Docs/numerics.md lists them).
public enum Conventions: String, Sendable, CaseIterable {
  /// Glorot uniform weights, zero biases; Adam's epsilon (1e-7) outside the bias correction.
  case keras
  /// Uniform weights and biases within 1/sqrt(inputs); Adam's epsilon (1e-8) inside the bias correction.
  case torch
}
