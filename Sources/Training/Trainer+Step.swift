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
    stopwatch.beginStep()

    // gradients of one micro-batch after another, each summed over all ranks; usually there is one
    let parts = (0..<configuration.accumulate).map {
      plan.samples(ofMicroBatch: $0, of: configuration.accumulate, inBatch: batch)
    }.filter { !$0.isEmpty }
    for (index, samples) in parts.enumerated() {
      sumGradients(of: samples, order: order)
      accumulator?.accumulate(part: ownPart, endsBatch: index == parts.count - 1, team: team)
    }

    // divide once by the true number of samples, then update; every rank its own part of the parameters
    var scale = 1 / Float(batchSize)
    squaredNorms(model.arena.gradients.pointer, part: ownPart, blocks: squaredNormBlocks.pointer, team: team)
    if let maximum = configuration.clipNorm {
      group.shareGranules(squaredNormBlocks.elements, of: model.arena.count, phase: "norm")
      scale *= clippingFactor(norm: gradientNorm(scale), maximum: maximum)
    }
    optimizer.update(
      model.arena, part: ownPart, learningRate: schedule.learningRate(after: position.step),
      gradientScale: scale,
      team: team)
    group.shareParts(
      model.arena.values.elements, granules: squaredNormBlocks.elements, phase: "parameter exchange")
    let norm = gradientNorm(1 / Float(batchSize))
    guard norm.isFinite else { throw nonFiniteFailure() }

    intervalLoss.add(samples: batchSize, norm: norm)
    epochLoss.add(samples: batchSize, norm: norm)
    position.step += 1
    position.stepInEpoch += 1
    position.images += batchSize
    stopwatch.endStep(images: batchSize)
  }

  /// Fills the gradients with their sums over `samples`, positions in the epoch's order, and meters the loss.
  private func sumGradients(of samples: Range<Int>, order: EpochOrder) {
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
    group.releaseParts(phase: "gradient sum")
    task.evaluateLosses(
      images: images, samples: order.indices[own], sampleLosses: sampleLosses.pointer, pass: pass)
    task.backward(images: images, pass: pass)

    // sum over shards of all ranks, in tree order; each rank ends with its own part of the sum
    group.sumParts(model.arena.gradients.elements, phase: "gradient sum")
    addLosses(rows: rows)
  }

  /// The norm of `scale` times the gradients of all ranks' parts.
  private func gradientNorm(_ scale: Float) -> Double {
    squaredNormBlocks.elements.reduce(0, +).squareRoot() * Double(scale)
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
