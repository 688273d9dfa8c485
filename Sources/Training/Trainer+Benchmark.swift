import Artifacts
import Collectives
import Evaluation
import Glibc
import ImageData
import NeuralNet
import TensorCore

/// How fast training steps go, measured without evaluation, files and start-up.
public struct TrainingBenchmark: Sendable {
  public var parameterCount: Int
  /// Mean loss of the first batch of the data set, in its order, before any update.
  public var firstLoss: Double
  /// Images a second in each of five windows.
  public var windows: [Double]
  /// Images for a second of rank 0's processor time, times its threads, in the best window: what a machine that others
  /// use too would give if they did not.
  public var imagesPerProcessorSecond: Double
  /// The largest resident memory of rank 0 so far.
  public var peakMebibytes: Double
  /// Milliseconds of a step that rank 0 spent in collectives.
  public var communicationMilliseconds: Double

  public var imagesPerSecond: Double { windows.sorted()[windows.count / 2] }

  /// Trains for about `seconds` after a warm-up of a second; a collective call.
  ///
  /// - Parameter weights: a safetensors file to start from instead of the seed's weights; read by every rank.
  public static func run(
    configuration: RunConfiguration, seconds: Double, weights: String?, group: ProcessGroup
  ) throws -> TrainingBenchmark {
    try group.requirePowerOfTwo(shards: configuration.shards)
    group.algorithm = configuration.allreduce
    let splits = try loadSplits(
      configuration, data: configuration.data, labelUse: configuration.labelUse, group: group
    ).splits
    let team = makeTeam(threads: configuration.threads, shards: configuration.shards, group: group)
    let trainer = Trainer(
      configuration: configuration, group: group, team: team, splits: splits,
      task: try configuration.makeTask(train: splits.train), folder: RunFolder(""), log: RunLog(isRoot: false)
    )
    trainer.model.initialize(seed: configuration.seed)
    if let weights { try trainer.load(weights: weights) }
    let firstLoss = trainer.lossOfFirstImages(configuration.batch)

    var runner = StepRunner(trainer)
    _ = try runner.rate(20)
    // Rank 0's clock decides for all how many steps fill a second.
    let rate = try runner.rate(50) / Double(configuration.batch)
    let stepsPerSecond = Double(group.broadcast("\(rate)", phase: "benchmark"))!
    _ = try runner.rate(max(1, Int(stepsPerSecond)))
    let steps = max(1, Int(stepsPerSecond * seconds / 5))
    let communicationBefore = group.communicationSeconds
    var windows: [Double] = []
    var processorRates: [Double] = []
    for _ in 0..<5 {
      let before = processorSeconds()
      windows.append(try runner.rate(steps))
      processorRates.append(Double(steps * configuration.batch * team.count) / (processorSeconds() - before))
    }
    return TrainingBenchmark(
      parameterCount: trainer.model.parameterCount, firstLoss: firstLoss, windows: windows,
      imagesPerProcessorSecond: processorRates.max()!,
      peakMebibytes: largestResidentMebibytes(),
      communicationMilliseconds: (group.communicationSeconds - communicationBefore) / Double(5 * steps) * 1000
    )
  }
}

extension Trainer {
  fileprivate func load(weights: String) throws {
    try SavedCheckpoint.copyModel(SafeTensorsFile(reading: weights), to: model)
    model.refreshEffectiveValues(team: team)
  }

  fileprivate func lossOfFirstImages(_ count: Int) -> Double {
    if let task = task as? AdversarialTask { return adversarialLossOfFirstImages(task) }
    let task = task as! any SingleLossTask
    let rows = min(count, splits.train.count)
    let pixels = splits.train.pixelsPerImage
    let input = AlignedBuffer<Float>(count: rows * pixels)
    let losses = AlignedBuffer<Double>(count: rows)
    for first in stride(from: 0, to: rows, by: EvaluationChunks.size) {
      let part = first..<min(rows, first + EvaluationChunks.size)
      let images = input.pointer + first * pixels
      for row in part { splits.train.copyImage(row, to: input.pointer + row * pixels) }
      let pass = Pass(rowCount: part.count, team: team)
      task.forward(images: images, pass: pass)
      task.evaluateLosses(
        images: images, samples: ArraySlice(Int32(part.lowerBound)..<Int32(part.upperBound)),
        sampleLosses: losses.pointer + first, pass: pass)
    }
    return losses.array.reduce(0, +) / Double(rows)
  }

  /// The discriminator's loss of the first batch of real images, in the data set's order, by the batch's own statistics.
  private func adversarialLossOfFirstImages(_ task: AdversarialTask) -> Double {
    let samples = plan.samples(ofBatch: 0)
    let own = plan.samples(ofRank: group.rank, of: group.size, in: samples)
    loader.load(ArraySlice(own.map { Int32($0) }), team: team)
    let pass = task.labelled(
      Pass(
        rows: shardedRows(of: samples, from: own.lowerBound), team: team,
        training: TrainingPass(
          seed: configuration.seed, step: 0, sampleIndices: [], sums: GroupSums(group: group),
          movesRunningStatistics: false)), asImages: ArraySlice(own.map { Int32($0) }))
    let real = task.prepare(images: UnsafePointer(loader.input.pointer), pass: pass)
    let logits = task.network.discriminator.forward(input: real, pass: pass)
    task.loss.evaluate(
      logits: logits, as: .real, target: task.realTarget, gradients: logits, losses: sampleLosses.pointer,
      rows: own.count)
    var meter = LossMeter(LossMeter.Quantities(), shards: pass.rows.shardCount)
    for shard in 0..<pass.rows.shardCount {
      for row in pass.rows.offsets[shard]..<pass.rows.offsets[shard + 1] {
        meter.shardSums[0][shard] += sampleLosses.pointer[row]
      }
    }
    meter.add(samples: samples.count, norm: 0)
    return meter.means(group)[0].value
  }
}

/// Runs steps without end, epoch after epoch, and times them.
private struct StepRunner {
  let trainer: Trainer
  var order: EpochOrder

  init(_ trainer: Trainer) {
    self.trainer = trainer
    order = Self.order(of: trainer)
  }

  /// Images a second over `steps` steps.
  mutating func rate(_ steps: Int) throws -> Double {
    let imagesBefore = trainer.position.images
    let start = monotonicSeconds()
    for _ in 0..<steps {
      if trainer.position.stepInEpoch == trainer.stepsPerEpoch {
        trainer.position.stepInEpoch = 0
        trainer.position.epoch += 1
        order = Self.order(of: trainer)
      }
      try trainer.trainingStep(order: order)
    }
    return Double(trainer.position.images - imagesBefore) / (monotonicSeconds() - start)
  }

  private static func order(of trainer: Trainer) -> EpochOrder {
    EpochOrder(
      count: trainer.splits.train.count, seed: trainer.configuration.seed, epoch: trainer.position.epoch)
  }
}

private func processorSeconds() -> Double {
  var time = timespec()
  clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &time)
  return Double(time.tv_sec) + Double(time.tv_nsec) * 1e-9
}

private func largestResidentMebibytes() -> Double {
  var usage = rusage()
  getrusage(__rusage_who_t(RUSAGE_SELF.rawValue), &usage)
  return Double(usage.ru_maxrss) / 1024
}
