/// The models that `atelier train` knows, by the names used on the command line.
public enum ModelName: String, Sendable, CaseIterable {
  case denseAutoencoder = "dense-ae"
  case convolutionalAutoencoder = "conv-ae"
  case baselineAutoencoder = "baseline-ae"
  case modifiedAutoencoder = "modified-ae"

  /// Whether it is made of convolutions, so that `--channels` and not `--hidden` says how wide it is.
  public var isConvolutional: Bool { self != .denseAutoencoder }
}
