import Diagnostics
import NeuralNet

/// How long a run lasts, and how its learning rate moves over that time.
extension RunConfiguration {
  /// The updates of a whole run.
  func totalSteps(batchesPerEpoch: Int) -> Int {
    let all = epochs * batchesPerEpoch
    return min(all, steps ?? all)
  }

  /// - Parameter horizon: the updates that the run was laid out for when it began.
  func makeSchedule(horizon: Int) -> LearningRateSchedule {
    LearningRateSchedule(
      schedule, rate: learningRate, warmup: warmup, horizon: horizon, minimum: minimumLearningRate ?? 0,
      stepSize: stepSize ?? 1, gamma: gamma ?? 0.1)
  }

  /// Refuses to lengthen a run whose schedule was laid out for `horizon` updates: its learning rates would not be those
  /// of a run that had been this long from the beginning. A shorter run stops on the way.
  func requireNoExtension(to total: Int, of horizon: Int) throws(Failure) {
    guard schedule == .cosine && total > horizon else { return }
    throw Failure(
      .usage,
      "--epochs and --steps now ask for \(total) steps, but the cosine schedule was laid out for \(horizon)",
      help: "resume with --steps \(horizon) at most, or start a new run")
  }
}
