import Collectives
import Diagnostics
import ImageData
import NeuralNet
import TensorCore

/// A training step, in the order in which it happens; that of a GAN is in `Trainer+AdversarialStep.swift`.
extension Trainer {
  /// The next step of the epoch under way.
  func trainingStep(order: EpochOrder) throws {
    switch task {
    case let task as any SingleLossTask: try singleLossStep(task, batch: position.stepInEpoch, order: order)
    case let task as AdversarialTask:
      let first = position.stepInEpoch * configuration.batchesPerStep
      let batches = first..<min(first + configuration.batchesPerStep, plan.batchCount)
      try adversarialStep(task, batches: batches, order: order)
    default: preconditionFailure("a task without a step")
    }
  }

  /// One update from one global batch.
  private func singleLossStep(_ task: any SingleLossTask, batch: Int, order: EpochOrder) throws {
    let batchSize = plan.samples(ofBatch: batch).count
    let learner = learners[0]
    stopwatch.beginStep()

    // gradients of one micro-batch after another, each summed over all ranks; usually there is one
    let parts = microBatches(ofBatch: batch)
    for (index, samples) in parts.enumerated() {
      computeGradients(task, of: samples, order: order)
      learner.sumGradients(endsBatch: index == parts.count - 1)
    }

    // divide once by the true number of samples, then update; every rank its own part of the parameters
    let norm = learner.update(after: position.step, samples: batchSize)
    guard norm.isFinite else { throw nonFiniteFailure(of: "the gradient", step: position.step + 1) }

    count(samples: batchSize, norm: norm, of: 0)
    position.step += 1
    position.stepInEpoch += 1
    position.images += batchSize
    stopwatch.endStep(images: batchSize)
  }

  /// Fills the gradients with those of this rank's share of `samples`, positions in the epoch's order, and meters the loss.
  private func computeGradients(_ task: any SingleLossTask, of samples: Range<Int>, order: EpochOrder) {
    let own = plan.samples(ofRank: group.rank, of: group.size, in: samples)
    let rows = shardedRows(of: samples, from: own.lowerBound)

    // forward and backward over all of this rank's shards
    loader.load(order.indices[own], team: team)
    let images =
      shifter?.shift(
        loader.input.pointer, samples: order.indices[own], step: position.step, team: team)
      ?? UnsafePointer(loader.input.pointer)
    let pass = Pass(
      rows: rows, team: team,
      training: TrainingPass(
        seed: configuration.seed, step: position.step, sampleIndices: order.indices[own],
        sums: GroupSums(group: group)))
    task.forward(images: images, pass: pass)
    learners[0].releaseGradients()
    task.evaluateLosses(
      images: images, samples: order.indices[own], sampleLosses: sampleLosses.pointer, pass: pass)
    task.backward(images: images, pass: pass)
    meter(sampleLosses.pointer, rows: rows, learner: 0)
  }

  /// The samples of each micro-batch that has some, by their positions in the epoch's order.
  func microBatches(ofBatch batch: Int) -> [Range<Int>] {
    (0..<configuration.accumulate).map {
      plan.samples(ofMicroBatch: $0, of: configuration.accumulate, inBatch: batch)
    }.filter { !$0.isEmpty }
  }

  /// Where this rank's shards of `samples` lie in its rows.
  func shardedRows(of samples: Range<Int>, from first: Int) -> ShardedRows {
    let shards = plan.shards(ofRank: group.rank, of: group.size)
    return ShardedRows(
      offsets: [0] + shards.map { plan.samples(ofShard: $0, in: samples).upperBound - first })
  }

  /// Adds values of this rank's rows to the sums of a learner's quantity, shard by shard.
  func meter(_ values: UnsafePointer<Double>, rows: ShardedRows, learner: Int, quantity: Int = 0) {
    for shard in 0..<rows.shardCount {
      var sum = 0.0
      for row in rows.offsets[shard]..<rows.offsets[shard + 1] { sum += values[row] }
      intervalMeters[learner].shardSums[quantity][shard] += sum
      epochMeters[learner].shardSums[quantity][shard] += sum
    }
  }

  /// Counts an update of a learner.
  func count(samples: Int, norm: Double, of learner: Int) {
    intervalMeters[learner].add(samples: samples, norm: norm)
    epochMeters[learner].add(samples: samples, norm: norm)
  }

  /// Stops the run where the last update has left a parameter that is no number, of which a later gradient would tell too
  /// late for a checkpoint. Every rank has all parameters, and finds the same.
  func requireFiniteParameters() throws {
    let spoilt = model.parameters.first { !areFinite($0.values, count: $0.count) }
    if let spoilt { throw nonFiniteFailure(of: spoilt.name, step: position.step) }
  }

  /// - Parameters:
  ///   - what: is no number any more.
  ///   - step: the first or the last of those that it is of, counted from 1.
  func nonFiniteFailure(of what: String, step: Int) -> Failure {
    Failure(
      .nonFiniteLoss,
      "\(what) is no longer finite at step \(step) (epoch \(position.epoch + 1))",
      help: "start a new run with a lower --lr; this one's checkpoints are kept in \(folder.checkpoints)")
  }
}
