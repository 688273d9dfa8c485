import NeuralNet
import TensorCore

/// What a step of a GAN meters, and its updates.
extension Trainer {
  /// Turns the discriminator's logits into the gradients of the loss, and meters it.
  func evaluateLosses(_ task: AdversarialTask, as role: AdversarialLoss.Role, _ pass: Pass) {
    let logits = task.network.discriminator.output
    let rows = pass.rowCount
    if let quantity = task.accuracyQuantity(role), let threshold = task.loss.threshold {
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
