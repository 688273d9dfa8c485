/// How images are cut into those to train on, to select on, and to test on.
public enum SplitScheme: String, Sendable, CaseIterable {
  /// As published, training and test; an npy file has its own cut (see `DataSplits`).
  case official
  /// The published 80/10/10 cut of Fashion-MNIST.
  case published801010 = "80-10-10"
}
