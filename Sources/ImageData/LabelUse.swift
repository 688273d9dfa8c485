/// What the labels of a data set are needed for; it decides what is said where there are none.
public enum LabelUse: Sendable {
  /// Learning to tell the classes apart.
  case classification
  /// Learning to draw images of a class.
  case conditionalGeneration

  /// What a message adds about labels that are not there.
  public var reason: String {
    switch self {
    case .classification: ", which are needed here"
    case .conditionalGeneration: ", and --conditional draws images by class"
    }
  }

  /// What needs them.
  public var model: String {
    switch self {
    case .classification: "classifier"
    case .conditionalGeneration: "conditional GAN"
    }
  }

  /// What can be done without other data, after advice on data.
  public var alternative: String {
    self == .conditionalGeneration ? ", or leave --conditional out" : ""
  }
}
