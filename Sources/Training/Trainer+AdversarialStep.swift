import Collectives
import ImageData
import NeuralNet
import TensorCore

/// A step of a GAN, in the order in which it happens.
///
///     for each of the discriminator's updates (--d-steps, usually 1), with a batch of its own:
///       a step of the power method         with --d-norm spectral; all passes until the update divide weights by this sigma
///       fake images from noise             the generator's batch statistics are those of this batch
///       discriminator on real images       a forward and a backward pass, with batch statistics of its own
///       discriminator on fake images       another, likewise; nothing goes back into the generator
///       penalty of the discriminator       with --r1 or --gradient-penalty: of its slope at real images or between
///                                          real and fake ones, a third pass
///       update of the discriminator        gradients of all these passes, divided once by the batch's images
///     discriminator, as updated, on the fake images of the last of these batches
///                                          (spectral: sigma of the new weights by the same singular vectors)
///     back through the discriminator       into the images only: its parameters get no gradients
///     back through the generator, and its update
///     the moving average of the generator follows      with --ema
///
/// As many fake as real images. Of a conditional GAN the real ones have the classes of the data, the fake ones classes drawn
/// for them, which generator and discriminator both see. With micro-batches (`--accumulate`) the generator makes its images again for its own
/// update, without moving its running statistics a second time.
extension Trainer {
  /// One update of the generator and those of the discriminator before it, from the epoch's batches `batches`.
  func adversarialStep(_ task: AdversarialTask, batches: Range<Int>, order: EpochOrder) throws {
    let (generator, discriminator) = (task.network.generator, task.network.discriminator)
    let generatorLearner = learners[AdversarialTask.generatorPlace]
    let discriminatorLearner = learners[AdversarialTask.discriminatorPlace]
    var images = 0
    stopwatch.beginStep()

    for (draw, batch) in batches.enumerated() {
      let parts = microBatches(ofBatch: batch)
      discriminatorLearner.arena.refreshEffectiveValues(iterates: true, team: team)
      for (index, samples) in parts.enumerated() {
        let share = adversarialShare(of: samples, inBatch: batch, order: order)
        loader.load(order.indices[share.own], team: team)
        let realPass = task.labelled(share.pass, asImages: order.indices[share.own])
        let fakePass = task.labelled(share.pass, drawnAt: share.places, step: position.step, draw: draw)
        let real = task.prepare(images: UnsafePointer(loader.input.pointer), pass: realPass)
        let noise = task.drawNoise(places: share.places, step: position.step, draw: draw, team: team)
        let codes = task.network.generatorInput(noise: noise, pass: fakePass)
        let fake = UnsafePointer(generator.forward(input: codes, pass: fakePass))

        discriminator.forward(input: real, pass: realPass)
        evaluateLosses(task, as: .real, realPass)
        discriminatorLearner.releaseGradients()
        discriminator.backward(
          input: real, outputGradient: discriminator.output, wantsInputGradient: false, pass: realPass)
        discriminatorLearner.sumGradients(endsBatch: false)

        discriminator.forward(input: fake, pass: fakePass)
        evaluateLosses(task, as: .generated, fakePass)
        discriminatorLearner.releaseGradients()
        discriminator.backward(
          input: fake, outputGradient: discriminator.output, wantsInputGradient: false, pass: fakePass)
        discriminatorLearner.sumGradients(endsBatch: task.penalty == nil && index == parts.count - 1)

        if let penalty = task.penalty {
          discriminatorLearner.releaseGradients()
          penalty.evaluate(
            real: real, fake: fake, places: share.places, step: position.step, draw: draw,
            penalties: sampleLosses.pointer, pass: realPass)
          meter(
            sampleLosses.pointer, rows: realPass.rows, learner: AdversarialTask.discriminatorPlace,
            quantity: AdversarialTask.penaltyQuantity)
          discriminatorLearner.sumGradients(endsBatch: index == parts.count - 1)
        }
      }
      let count = plan.samples(ofBatch: batch).count
      try update(AdversarialTask.discriminatorPlace, samples: count)
      images += count
    }

    discriminatorLearner.arena.refreshEffectiveValues(iterates: false, team: team)
    let lastBatch = batches.upperBound - 1
    let parts = microBatches(ofBatch: lastBatch)
    for (index, samples) in parts.enumerated() {
      let share = adversarialShare(
        of: samples, inBatch: lastBatch, order: order, isRepeated: parts.count > 1)
      let draw = batches.count - 1
      let fakePass = task.labelled(share.pass, drawnAt: share.places, step: position.step, draw: draw)
      let noise = task.drawNoise(places: share.places, step: position.step, draw: draw, team: team)
      let codes = task.network.generatorInput(noise: noise, pass: fakePass)
      let fake = UnsafePointer(
        parts.count > 1 ? generator.forward(input: codes, pass: fakePass) : generator.output)

      let pass = fakePass.withoutParameterGradients
      discriminator.forward(input: fake, pass: pass)
      evaluateLosses(task, as: .generator, pass)
      let imageGradient = discriminator.backward(
        input: fake, outputGradient: discriminator.output, wantsInputGradient: true, pass: pass)!
      generatorLearner.releaseGradients()
      generator.backward(
        input: codes, outputGradient: imageGradient, wantsInputGradient: false, pass: fakePass)
      generatorLearner.sumGradients(endsBatch: index == parts.count - 1)
    }
    try update(AdversarialTask.generatorPlace, samples: plan.samples(ofBatch: lastBatch).count)
    task.average?.follow(task.network, part: generatorLearner.ownPart, after: position.step, team: team)

    position.step += 1
    position.stepInEpoch += 1
    position.images += images
    stopwatch.endStep(images: images)
  }

  /// What a rank has of some samples of a batch.
  private struct Share {
    /// Its samples, by their positions in the epoch's order.
    let own: Range<Int>
    /// Where they are in the batch.
    let places: Range<Int>
    let pass: Pass
  }

  /// - Parameter isRepeated: whether the generator has seen the batch before.
  private func adversarialShare(
    of samples: Range<Int>, inBatch batch: Int, order: EpochOrder, isRepeated: Bool = false
  ) -> Share {
    let own = plan.samples(ofRank: group.rank, of: group.size, in: samples)
    let first = plan.samples(ofBatch: batch).lowerBound
    let pass = Pass(
      rows: shardedRows(of: samples, from: own.lowerBound), team: team,
      training: TrainingPass(
        seed: configuration.seed, step: position.step, sampleIndices: order.indices[own],
        sums: GroupSums(group: group), movesRunningStatistics: !isRepeated))
    return Share(own: own, places: own.lowerBound - first..<own.upperBound - first, pass: pass)
  }

  /// Turns the discriminator's logits into the gradients of the loss, and meters it.
  private func evaluateLosses(_ task: AdversarialTask, as role: AdversarialLoss.Role, _ pass: Pass) {
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

  /// Updates a network; the learning rates of both follow the steps, however often the discriminator is updated in each.
  private func update(_ place: Int, samples: Int) throws {
    let norm = learners[place].update(after: position.step, samples: samples)
    guard norm.isFinite else {
      let owner = place == AdversarialTask.generatorPlace ? "generator" : "discriminator"
      throw nonFiniteFailure(of: "the \(owner)'s gradient", step: position.step + 1)
    }
    count(samples: samples, norm: norm, of: place)
  }
}
