/// The models that `atelier train` knows, by the names used on the command line.
public enum ModelName: String, Sendable, CaseIterable {
  case denseAutoencoder = "dense-ae"
}
