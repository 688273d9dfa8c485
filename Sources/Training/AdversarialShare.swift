import ImageData
import NeuralNet
import TensorCore

/// What a rank has of some samples of a GAN's batch.
struct AdversarialShare {
  /// Its samples, by their positions in the epoch's order.
  let own: Range<Int>
  /// Where they are in the batch.
  let places: Range<Int>
  /// The discriminator's update within the step that the samples are for.
  let draw: Int
  /// Of real images, with the classes that the data has.
  let realPass: Pass
  /// Of generated images, with the classes that were drawn for them.
  let fakePass: Pass
}

/// What a step of a GAN is made of, beside the networks.
extension Trainer {
  /// - Parameters:
  ///   - draw: the discriminator's update within the step.
  ///   - isRepeated: whether the generator has seen the batch before.
  func adversarialShare(
    _ task: AdversarialTask, of samples: Range<Int>, inBatch batch: Int, order: EpochOrder, draw: Int,
    isRepeated: Bool = false
  ) -> AdversarialShare {
    let own = plan.samples(ofRank: group.rank, of: group.size, in: samples)
    let first = plan.samples(ofBatch: batch).lowerBound
    let places = own.lowerBound - first..<own.upperBound - first
    let pass = Pass(
      rows: shardedRows(of: samples, from: own.lowerBound), team: team,
      training: TrainingPass(
        seed: configuration.seed, step: position.step, sampleIndices: order.indices[own],
        sums: GroupSums(group: group), movesRunningStatistics: !isRepeated))
    return AdversarialShare(
      own: own, places: places, draw: draw, realPass: task.labelled(pass, asImages: order.indices[own]),
      fakePass: task.labelled(pass, drawnAt: places, step: position.step, draw: draw))
  }

  /// Turns the discriminator's logits into the gradients of the loss, and meters it.
  func evaluateLosses(_ task: AdversarialTask, as role: AdversarialLoss.Role, _ pass: Pass) {
    let logits = task.network.discriminator.output
    let rows = pass.rowCount
    if let quantity = task.accuracyQuantity(role) {
      let threshold = task.loss.threshold
      for row in 0..<rows {
        let isRight = role == .real ? logits[row] > threshold : logits[row] < threshold
        sampleLosses.pointer[row] = isRight ? 1 : 0
      }
      meter(
        sampleLosses.pointer, rows: pass.rows, learner: AdversarialTask.discriminatorPlace,
        quantity: quantity)
    }
    task.loss.evaluate(
      logits: logits, as: role, target: task.realTarget, gradients: logits, losses: sampleLosses.pointer,
      rows: rows)
    meter(
      sampleLosses.pointer, rows: pass.rows,
      learner: role == .generator ? AdversarialTask.generatorPlace : AdversarialTask.discriminatorPlace)
  }

  /// Meters the penalties of the rows, which lie where their losses do.
  func meterPenalty(_ pass: Pass) {
    meter(
      sampleLosses.pointer, rows: pass.rows, learner: AdversarialTask.discriminatorPlace,
      quantity: AdversarialTask.penaltyQuantity)
  }

  /// Updates a network; the learning rates of both follow the steps, however often the discriminator is updated in each.
  func update(_ place: Int, samples: Int) throws {
    let norm = learners[place].update(after: position.step, samples: samples)
    guard norm.isFinite else {
      let owner = place == AdversarialTask.generatorPlace ? "generator" : "discriminator"
      throw nonFiniteFailure(of: "the \(owner)'s gradient", step: position.step + 1)
    }
    count(samples: samples, norm: norm, of: place)
  }
}
