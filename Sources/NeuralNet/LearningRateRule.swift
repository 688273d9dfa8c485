/// How learning rates follow the size of the global batch, by the name on the command line.
///
/// With a batch of b images, a rate that was chosen for `publishedBatch` becomes
///
///     none      rate
///     linear    rate · b / 128: as many equal steps at once (Goyal et al., "Accurate, large minibatch SGD", 2017)
///     sqrt      rate · √(b / 128): as much noise in each step (Krizhevsky, "One weird trick", 2014; for Adam: Malladi et
///               al., "On the SDEs and scaling rules for adaptive gradient algorithms", 2022)
public enum LearningRateRule: String, Sendable, CaseIterable {
  case none
  case linear
  case squareRoot = "sqrt"

  /// The batch that the models' learning rates are published for.
  public static let publishedBatch = 128

  /// What a learning rate is multiplied by at a global batch of `batch` images.
  public func factor(batch: Int) -> Double {
    let ratio = Double(batch) / Double(Self.publishedBatch)
    return switch self {
    case .none: 1
    case .linear: ratio
    case .squareRoot: ratio.squareRoot()
    }
  }
}
