import Collectives
import ImageData
import NeuralNet
import TensorCore

/// A step of a GAN, in the order in which it happens.
///
///     for each of the discriminator's updates (--d-steps, usually 1), with a batch of its own:
///       fake images from noise             the generator's batch statistics are those of this batch
///       discriminator on real images       a forward and a backward pass, with batch statistics of its own
///       discriminator on fake images       another, likewise; nothing goes back into the generator
///       update of the discriminator        gradients of both passes, divided once by the batch's images
///     discriminator, as updated, on the fake images of the last of these batches
///     back through the discriminator       into the images only: its parameters get no gradients
///     back through the generator, and its update
///
/// As many fake as real images. With micro-batches (`--accumulate`) the generator makes its images again for its own
/// update, without moving its running statistics a second time. With `--augment` the discriminator sees changed copies of
/// all images, others in each pass, and the gradient goes back through the change before the generator gets it.
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
      for (index, samples) in parts.enumerated() {
        let share = adversarialShare(of: samples, inBatch: batch, order: order)
        loader.load(order.indices[share.own], team: team)
        let real = task.prepare(images: UnsafePointer(loader.input.pointer), pass: share.pass)
        let noise = task.drawNoise(places: share.places, step: position.step, draw: draw, team: team)
        let fake = UnsafePointer(generator.forward(input: noise, pass: share.pass))

        let shownReal = show(real, as: .real, by: task, share, draw: draw)
        discriminator.forward(input: shownReal, pass: share.pass)
        evaluateLosses(task, as: .real, share.pass)
        discriminatorLearner.releaseGradients()
        discriminator.backward(
          input: shownReal, outputGradient: discriminator.output, wantsInputGradient: false, pass: share.pass)
        discriminatorLearner.sumGradients(endsBatch: false)

        let shownFake = show(fake, as: .generated, by: task, share, draw: draw)
        discriminator.forward(input: shownFake, pass: share.pass)
        evaluateLosses(task, as: .generated, share.pass)
        discriminatorLearner.releaseGradients()
        discriminator.backward(
          input: shownFake, outputGradient: discriminator.output, wantsInputGradient: false, pass: share.pass)
        discriminatorLearner.sumGradients(endsBatch: index == parts.count - 1)
      }
      let count = plan.samples(ofBatch: batch).count
      try update(AdversarialTask.discriminatorPlace, samples: count)
      images += count
    }

    let lastBatch = batches.upperBound - 1
    let parts = microBatches(ofBatch: lastBatch)
    for (index, samples) in parts.enumerated() {
      let share = adversarialShare(
        of: samples, inBatch: lastBatch, order: order, isRepeated: parts.count > 1)
      let noise = task.drawNoise(
        places: share.places, step: position.step, draw: batches.count - 1, team: team)
      let fake = UnsafePointer(
        parts.count > 1 ? generator.forward(input: noise, pass: share.pass) : generator.output)

      let pass = share.pass.withoutParameterGradients
      let shown = show(fake, as: .generator, by: task, share, draw: batches.count - 1)
      discriminator.forward(input: shown, pass: pass)
      evaluateLosses(task, as: .generator, pass)
      let shownGradient = discriminator.backward(
        input: shown, outputGradient: discriminator.output, wantsInputGradient: true, pass: pass)!
      let imageGradient = task.augmenter?.imageGradient(shownGradient, team: team) ?? shownGradient
      generatorLearner.releaseGradients()
      generator.backward(
        input: noise, outputGradient: imageGradient, wantsInputGradient: false, pass: share.pass)
      generatorLearner.sumGradients(endsBatch: index == parts.count - 1)
    }
    try update(AdversarialTask.generatorPlace, samples: plan.samples(ofBatch: lastBatch).count)

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

  /// What the discriminator sees of images.
  private func show(
    _ images: UnsafePointer<Float>, as role: AdversarialLoss.Role, by task: AdversarialTask, _ share: Share,
    draw: Int
  ) -> UnsafePointer<Float> {
    task.augmenter?.augment(
      images, as: role, places: share.places, step: position.step, update: draw, team: team) ?? images
  }

  /// Turns the discriminator's logits into the gradients of the loss, and meters it.
  private func evaluateLosses(_ task: AdversarialTask, as role: AdversarialLoss.Role, _ pass: Pass) {
    let logits = task.network.discriminator.output
    let rows = pass.rowCount
    if role != .generator {
      let threshold = task.loss.threshold
      for row in 0..<rows {
        let isRight = role == .real ? logits[row] > threshold : logits[row] < threshold
        sampleLosses.pointer[row] = isRight ? 1 : 0
      }
      meter(
        sampleLosses.pointer, rows: pass.rows, learner: AdversarialTask.discriminatorPlace,
        quantity: role == .real ? 1 : 2)
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
    guard norm.isFinite else { throw nonFiniteFailure() }
    count(samples: samples, norm: norm, of: place)
  }
}
