import Artifacts
import Collectives
import Diagnostics
import Evaluation
import ImageData
import NeuralNet
import TensorCore

/// Trains a model, data-parallel over the ranks of a group: the same program on one rank and on sixteen.
///
/// `run` reads from top to bottom. Whatever only rank 0 does stands in `onRoot` and contains no collective call.
final class Trainer {
  let configuration: RunConfiguration
  let group: ProcessGroup
  let team: ThreadTeam
  let splits: DataSplits
  let folder: RunFolder
  let task: any TrainingTask
  let model: any TrainableModel
  /// One for each of the model's arenas.
  let learners: [Learner]
  let plan: BatchPlan
  let loader: BatchLoader
  /// Nil where images stay in place.
  let shifter: ImageShifter?
  let sampleLosses: AlignedBuffer<Double>
  let log: RunLog
  let stopwatch: StepStopwatch

  var position = TrainingPosition()
  /// Since the last row of metrics, and since the epoch began.
  var intervalMeters: [LossMeter]
  var epochMeters: [LossMeter]
  /// Rank 0's open files.
  var metrics: JSONLinesFile?
  var timings: JSONLinesFile?
  /// What the last rows said, for people to see.
  var lastIntervalLosses = ""
  var lastEpochLosses = ""
  /// Of a GAN.
  var adversarialWatch = AdversarialWatch()
  /// The last scores, and the step they belong to.
  var scores: (step: Int, values: Scores)?
  /// The step of the last scores in `metrics.jsonl`.
  var evaluatedStep: Int?
  /// The least validation loss so far.
  var earlyStopping = EarlyStopping()
  /// Where the run was when the weights were saved that it has gone back to, if it has.
  var modelPosition: TrainingPosition?
  /// The `checkpoints` folder that the run was resumed from; rank 0 only.
  var originalCheckpoints: String?
  /// On the test images at the end, where `scores` are on others.
  var testScores: Scores?
  /// The step of the model whose codes the task's prior was fitted to.
  var priorStep: Int?
  /// Where and when this start of the run began.
  var firstStep = 0
  let startTime = monotonicSeconds()
  var lastLineTime = monotonicSeconds()

  init(
    configuration: RunConfiguration, group: ProcessGroup, team: ThreadTeam, splits: DataSplits,
    task: any TrainingTask, folder: RunFolder, log: RunLog
  ) {
    self.configuration = configuration
    self.group = group
    self.team = team
    self.splits = splits
    self.task = task
    model = task.model
    self.folder = folder
    self.log = log
    let plan = BatchPlan(
      sampleCount: splits.train.count, batchSize: configuration.batch, shards: configuration.shards)
    self.plan = plan
    // Not always the first batch: of 4 samples the third eighth holds none, of 3 it holds one.
    let maximumRows = [0, plan.batchCount - 1].flatMap { batch in
      (0..<configuration.accumulate).map { part in
        let samples = plan.samples(ofMicroBatch: part, of: configuration.accumulate, inBatch: batch)
        return plan.samples(ofRank: group.rank, of: group.size, in: samples).count
      }
    }.max()!
    learners = model.arenas.enumerated().map { place, arena in
      let isDiscriminator = task is AdversarialTask && place == AdversarialTask.discriminatorPlace
      return Learner(
        arena,
        optimizer: configuration.optimizer.makeOptimizer(
          count: arena.count, conventions: configuration.conventions),
        schedule: configuration.makeSchedule(
          batchesPerEpoch: plan.batchCount, isDiscriminator: isDiscriminator),
        accumulates: configuration.accumulate > 1 || isDiscriminator, maximumNorm: configuration.clipNorm,
        group: group, team: team)
    }
    loader = BatchLoader(images: splits.train, maximumRows: maximumRows)
    shifter = configuration.shift.map {
      ImageShifter(
        largest: $0, height: splits.train.height, width: splits.train.width, seed: configuration.seed)
    }
    model.allocate(rows: max(maximumRows, EvaluationChunks.size))
    sampleLosses = AlignedBuffer(count: maximumRows)
    let shardsPerRank = configuration.shards / group.size
    intervalMeters = task.quantities.map { LossMeter($0, shards: shardsPerRank) }
    epochMeters = intervalMeters
    stopwatch = StepStopwatch(group: group)
  }

  /// Trains from the beginning, or from `checkpoint`, to the end; then writes samples and pictures.
  ///
  /// - Throws: a failure that all ranks have agreed on.
  func run(from checkpoint: String?) throws {
    if let checkpoint {
      try restore(from: checkpoint)
    } else {
      model.initialize(seed: configuration.seed)
      (task as? AdversarialTask)?.beginAverage()
    }
    try startFiles()
    // a run with nothing left to do may come from another folder, or want another prior
    if position.step == 0 || isOver { saveCheckpoint() }

    while !isOver {
      let order = EpochOrder(count: splits.train.count, seed: configuration.seed, epoch: position.epoch)
      while position.stepInEpoch < stepsPerEpoch && !hasReachedStepLimit {
        try trainingStep(order: order)

        // once in a while: a row of metrics, and how fast it goes (all ranks take part)
        if position.step % configuration.logEvery == 0 { try logInterval() }
        // once in a while: do the ranks still agree? (all ranks take part)
        if configuration.checkEvery > 0 && position.step % configuration.checkEvery == 0 {
          try compareParameters()
        }
      }
      // nothing that is no number is scored or saved
      try requireFiniteParameters()
      let epochIsComplete = position.stepInEpoch == stepsPerEpoch
      if epochIsComplete {
        position.epoch += 1
        position.stepInEpoch = 0
        try logEpoch()
        // once in a while: scores on held-out images (all ranks take part)
        if isDue(configuration.evaluateEvery) {
          try evaluate()
          recordProgress()
        }
        reportEpoch()
      }
      // once in a while: a checkpoint (rank 0 writes; the others come along to the next collective call)
      if isOver || isBest || (epochIsComplete && isDue(configuration.checkpointEvery)) { saveCheckpoint() }
    }

    if intervalMeters[0].samples > 0 { try logInterval() }
    if scores?.step != position.step {
      try evaluate()
      linkBestOfTheEnd()
    }
    finishProgress()
    // from here on, a run with patience is about its best state, others about their last
    try returnToBest()
    try evaluateTest()
    try finish()
  }

  /// Stops the run, naming the first tensor, if a rank's parameters or running tensors are not those of the others.
  private func compareParameters() throws {
    let tensors = model.stateTensors
    let digests = tensors.map { SHA256.digest(of: $0.bytes).bytes }
    let all = group.allGather(Array(digests.joined()), phase: "parameter check")
    guard all.contains(where: { $0 != all[0] }) else { return }
    for (tensor, digest) in zip(tensors, digests) {
      try group.requireEqual(digest, what: "tensor \(tensor.name)")
    }
  }

  /// Updates of an epoch: of a GAN, the generator's.
  var stepsPerEpoch: Int { configuration.stepsPerEpoch(batches: plan.batchCount) }

  private var isOver: Bool {
    position.epoch >= configuration.epochs || hasReachedStepLimit || hasLostPatience
  }

  private var hasReachedStepLimit: Bool {
    if let steps = configuration.steps { position.step >= steps } else { false }
  }

  func isDue(_ cadence: Int) -> Bool {
    cadence > 0 && position.epoch % cadence == 0
  }

  /// Runs what only rank 0 does; a fault there ends the job, for the other ranks are waiting already.
  func onRoot(_ phase: String, _ body: () throws -> Void) {
    guard group.isRoot else { return }
    do {
      try body()
    } catch {
      recordFailure(error)
      group.abort(error as? Failure ?? Failure(.failure, "\(error)"), phase: phase)
    }
  }
}
