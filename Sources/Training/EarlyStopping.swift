import Artifacts
import Diagnostics

/// The least validation loss of a run so far, and for how many evaluations it has not fallen: Keras's `EarlyStopping`,
/// which waits for a loss below the reference minus `minimumDelta`. The best is the least of all, whatever that delta.
struct EarlyStopping: Equatable {
  /// An evaluation: where the run was, and its validation loss.
  struct Evaluation: Equatable {
    var step: Int
    var loss: Double
  }

  /// That of the least loss.
  private(set) var best: Evaluation?
  /// The loss that the next one has to fall below to count as better.
  private(set) var referenceLoss: Double?
  /// Evaluations since then.
  private(set) var wait = 0

  init() {}

  /// Counts an evaluation. A loss that is not a number never is the best.
  mutating func add(_ evaluation: Evaluation, minimumDelta: Double) {
    if evaluation.loss < best?.loss ?? .infinity { best = evaluation }
    if evaluation.loss < referenceLoss.map({ $0 - minimumDelta }) ?? .infinity {
      referenceLoss = evaluation.loss
      wait = 0
    } else {
      wait += 1
    }
  }

  /// Whether a run of this patience is over; 0 never is.
  func isOver(patience: Int) -> Bool {
    patience > 0 && wait >= patience
  }

  // MARK: - state.json

  var json: JSONValue {
    [
      "best_step": best.map { .integer($0.step) } ?? .null,
      "best_loss": best.map { .double($0.loss) } ?? .null,
      "reference_loss": referenceLoss.map { .double($0) } ?? .null, "wait": .integer(wait),
    ]
  }

  init(json: JSONValue?, file: String) throws {
    guard let wait = json?["wait"]?.integerValue, wait >= 0 else {
      throw Failure(.badData, "\(file) has no usable value for 'early_stopping'")
    }
    self.wait = wait
    referenceLoss = json?["reference_loss"]?.doubleValue
    if let step = json?["best_step"]?.integerValue, let loss = json?["best_loss"]?.doubleValue {
      best = Evaluation(step: step, loss: loss)
    }
  }
}
