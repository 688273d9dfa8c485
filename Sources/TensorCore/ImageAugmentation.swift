/// A random change of images that gradients pass back through, by the name on the command line.
public enum ImageAugmentation: String, Sendable, CaseIterable {
  case translation
  case cutout
}
