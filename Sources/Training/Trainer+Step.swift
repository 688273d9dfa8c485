import Collectives
import Diagnostics
import ImageData
import NeuralNet
import TensorCore

/// A training step, in the order in which it happens.
extension Trainer {
  /// One update from one global batch.
  func trainingStep(batch: Int, order: EpochOrder) throws {
    let batchSize = plan.samples(ofBatch: batch).count
    let learner = learners[0]
    stopwatch.beginStep()

    // gradients of one micro-batch after another, each summed over all ranks; usually there is one
    let parts = (0..<configuration.accumulate).map {
      plan.samples(ofMicroBatch: $0, of: configuration.accumulate, inBatch: batch)
    }.filter { !$0.isEmpty }
    for (index, samples) in parts.enumerated() {
      computeGradients(of: samples, order: order)
      learner.sumGradients(endsBatch: index == parts.count - 1)
    }

    // divide once by the true number of samples, then update; every rank its own part of the parameters
    let norm = learner.update(after: position.step, samples: batchSize)
    guard norm.isFinite else { throw nonFiniteFailure() }

    intervalLoss.add(samples: batchSize, norm: norm)
    epochLoss.add(samples: batchSize, norm: norm)
    position.step += 1
    position.stepInEpoch += 1
    position.images += batchSize
    stopwatch.endStep(images: batchSize)
  }

  /// Fills the gradients with those of this rank's share of `samples`, positions in the epoch's order, and meters the loss.
  private func computeGradients(of samples: Range<Int>, order: EpochOrder) {
    let own = plan.samples(ofRank: group.rank, of: group.size, in: samples)
    let rows = shardedRows(of: samples, from: own.lowerBound)

    // forward and backward over all of this rank's shards
    loader.load(order.indices[own], team: team)
    let images = UnsafePointer(loader.input.pointer)
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
    addLosses(rows: rows)
  }

  /// Where this rank's shards of `samples` lie in its rows.
  private func shardedRows(of samples: Range<Int>, from first: Int) -> ShardedRows {
    let shards = plan.shards(ofRank: group.rank, of: group.size)
    return ShardedRows(
      offsets: [0] + shards.map { plan.samples(ofShard: $0, in: samples).upperBound - first })
  }

  private func addLosses(rows: ShardedRows) {
    for shard in 0..<rows.shardCount {
      var sum = 0.0
      for row in rows.offsets[shard]..<rows.offsets[shard + 1] { sum += sampleLosses.pointer[row] }
      intervalLoss.shardSums[shard] += sum
      epochLoss.shardSums[shard] += sum
    }
  }

  private func nonFiniteFailure() -> Failure {
    Failure(
      .nonFiniteLoss,
      "the gradient is no longer finite at step \(position.step + 1) (epoch \(position.epoch + 1))",
      help: "start a new run with a lower --lr; this one's checkpoints are kept in \(folder.checkpoints)")
  }
}
