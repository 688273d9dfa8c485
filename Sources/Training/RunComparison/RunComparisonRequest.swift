import ImageData

/// What `atelier compare` shall find out.
public struct RunComparisonRequest: Sendable, Equatable {
  /// Runs' folders or checkpoints', in the order of the table.
  public var runs: [String] = []
  /// The images that every model rebuilds, and that its own are compared with.
  public var part = SplitPart.test
  /// How generated images are compared; what it says of real ones is `part`'s to say.
  public var evaluation = EvaluationRequest()
  /// Images of each model to draw side by side; 0 draws none.
  public var pictureCount = 10

  public init() {}

  /// The evaluation of one model, as `atelier evaluate` makes it.
  func evaluation(of configuration: RunConfiguration) -> EvaluationRequest {
    var evaluation = evaluation
    evaluation.against = part.rawValue
    if !configuration.model.generatesImages {
      evaluation.count = 0
      evaluation.features = nil
    }
    return evaluation
  }
}
