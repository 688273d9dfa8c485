import Artifacts
import Diagnostics
import NeuralNet

/// How long a run lasts, and how its learning rate moves over that time.
extension RunConfiguration {
  /// The updates of a whole run.
  func totalSteps(batchesPerEpoch: Int) -> Int {
    let all = epochs * stepsPerEpoch(batches: batchesPerEpoch)
    return min(all, steps ?? all)
  }

  /// Batches that a step takes: of a GAN, one for each update of the discriminator.
  var batchesPerStep: Int { discriminatorSteps ?? 1 }

  /// Steps of an epoch of so many batches; the last may have fewer of them.
  func stepsPerEpoch(batches: Int) -> Int { (batches + batchesPerStep - 1) / batchesPerStep }

  /// What the learning rates are multiplied by, for the size of the batch.
  var learningRateFactor: Double { learningRateRule.factor(batch: batch) }

  /// The learning rate at its highest, as the batch has it.
  ///
  /// - Parameter isDiscriminator: of a GAN's discriminator, which may have a rate of its own.
  func effectiveRate(isDiscriminator: Bool = false) -> Float {
    let rate = isDiscriminator ? discriminatorRate ?? learningRate : learningRate
    // As it was given, not as the nearest Float is: the product of what people multiply.
    return Float(Double("\(rate)")! * learningRateFactor)
  }

  /// The schedule of a run that begins.
  func makeSchedule(batchesPerEpoch: Int, isDiscriminator: Bool = false) -> LearningRateSchedule {
    LearningRateSchedule(
      schedule, rate: effectiveRate(isDiscriminator: isDiscriminator), warmup: warmup,
      horizon: schedule == .cosine ? totalSteps(batchesPerEpoch: batchesPerEpoch) : nil,
      minimum: (minimumLearningRate ?? 0) * learningRateFactor, stepSize: stepSize ?? 1, gamma: gamma ?? 0.1)
  }

  /// Refuses to make a run longer than its schedule was laid out for: its learning rates would not be those of a run
  /// that had been this long from the beginning. A shorter run stops on the way, and one that has made no update yet
  /// is laid out anew.
  ///
  /// - Parameter state: a checkpoint's.
  func requireNoExtension(of state: JSONValue, batchesPerEpoch: Int) throws(Failure) {
    guard schedule == .cosine, state["step"]?.integerValue ?? 0 > 0 else { return }
    guard let horizon = state["schedule_horizon"]?.integerValue else {
      throw Failure(.badData, "the checkpoint does not say how many steps its schedule was laid out for")
    }
    let total = totalSteps(batchesPerEpoch: batchesPerEpoch)
    guard total > horizon else { return }
    throw Failure(
      .usage,
      "--epochs and --steps ask for \(total) steps, but the cosine schedule was laid out for \(horizon)",
      help: "resume with --steps \(horizon) at most, or start a new run")
  }
}
