/// A part of a split data set, by its name on the command line.
public enum SplitPart: String, Sendable, CaseIterable {
  case train
  case validation
  case test
}

extension DataSplits {
  /// The images of a part; nil where the split has no validation images.
  public subscript(part: SplitPart) -> ImageDataset? {
    switch part {
    case .train: train
    case .validation: validation
    case .test: test
    }
  }
}
