import Collectives
import ImageData
import NeuralNet
import TensorCore

/// A step of a GAN, in the order in which it happens.
///
///     for each of the discriminator's updates (--d-steps, usually 1), with a batch of its own:
///       singular vectors take a step       with --d-norm spectral
///       fake images from noise             the generator's batch statistics are those of this batch
///       discriminator on real images       a forward and a backward pass, with batch statistics of its own
///       discriminator on fake images       another, likewise; nothing goes back into the generator
///       penalty of the discriminator       with --r1 or --gradient-penalty: of its slope at the real images or between
///                                          real and fake ones, a third pass
///       update of the discriminator        gradients of all these passes, divided once by the batch's images
///     discriminator, as updated, on the fake images of the last of these batches (spectral: the new weights by the same
///                                          singular vectors)
///     back through the discriminator       into the images only: its parameters get no gradients
///     back through the generator, and its update
///     the generator's average follows      with --ema
///
/// As many fake as real images. Of a conditional GAN the real ones have the classes of the data, the fake ones classes drawn
/// for them, which generator and discriminator both see. With `--augment` the discriminator sees changed copies of all
/// images, others in each pass, and the gradient goes back through the change before the generator gets it. With
/// micro-batches (`--accumulate`) the generator makes its images again for its own update, without moving its running
/// statistics a second time.
extension Trainer {
  /// One update of the generator and those of the discriminator before it, from the epoch's batches `batches`.
  func adversarialStep(_ task: AdversarialTask, batches: Range<Int>, order: EpochOrder) throws {
    let (network, generator, discriminator) = (
      task.network, task.network.generator, task.network.discriminator
    )
    let generatorLearner = learners[AdversarialTask.generatorPlace]
    let discriminatorLearner = learners[AdversarialTask.discriminatorPlace]
    var images = 0
    stopwatch.beginStep()

    for (draw, batch) in batches.enumerated() {
      let parts = microBatches(ofBatch: batch)
      discriminatorLearner.arena.refreshEffectiveValues(iterates: true, team: team)
      for (index, samples) in parts.enumerated() {
        let isLast = index == parts.count - 1
        let share = adversarialShare(task, of: samples, inBatch: batch, order: order, draw: draw)
        loader.load(order.indices[share.own], team: team)
        let real = task.prepare(images: UnsafePointer(loader.input.pointer), pass: share.realPass)
        let noise = task.drawNoise(places: share.places, step: position.step, draw: draw, team: team)
        let codes = network.generatorInput(noise: noise, pass: share.fakePass)
        let fake = UnsafePointer(generator.forward(input: codes, pass: share.fakePass))

        let shownReal = task.show(real, as: .real, share, step: position.step)
        discriminator.forward(input: shownReal, pass: share.realPass)
        evaluateLosses(task, as: .real, share.realPass)
        discriminatorLearner.releaseGradients()
        discriminator.backward(
          input: shownReal, outputGradient: discriminator.output, wantsInputGradient: false,
          pass: share.realPass)
        discriminatorLearner.sumGradients(endsBatch: false)

        let shownFake = task.show(fake, as: .generated, share, step: position.step)
        discriminator.forward(input: shownFake, pass: share.fakePass)
        evaluateLosses(task, as: .generated, share.fakePass)
        discriminatorLearner.releaseGradients()
        discriminator.backward(
          input: shownFake, outputGradient: discriminator.output, wantsInputGradient: false,
          pass: share.fakePass)
        discriminatorLearner.sumGradients(endsBatch: isLast && task.penalty == nil)

        if let penalty = task.penalty {
          discriminatorLearner.releaseGradients()
          penalty.evaluate(
            real: shownReal, fake: shownFake, places: share.places, step: position.step, draw: draw,
            penalties: sampleLosses.pointer, pass: share.realPass)
          meterPenalty(share.realPass)
          discriminatorLearner.sumGradients(endsBatch: isLast)
        }
      }
      let count = plan.samples(ofBatch: batch).count
      try update(AdversarialTask.discriminatorPlace, samples: count)
      images += count
    }

    discriminatorLearner.arena.refreshEffectiveValues(iterates: false, team: team)
    let (lastBatch, lastDraw) = (batches.upperBound - 1, batches.count - 1)
    let parts = microBatches(ofBatch: lastBatch)
    for (index, samples) in parts.enumerated() {
      let share = adversarialShare(task, of: samples, inBatch: lastBatch, order: order, draw: lastDraw)
      let noise = task.drawNoise(places: share.places, step: position.step, draw: lastDraw, team: team)
      let codes = network.generatorInput(noise: noise, pass: share.fakePass)
      let fake = UnsafePointer(
        parts.count > 1
          ? generator.forward(input: codes, pass: share.fakePass.withoutMovingStatistics) : generator.output)

      let pass = share.fakePass.withoutParameterGradients
      let shown = task.show(fake, as: .generator, share, step: position.step)
      discriminator.forward(input: shown, pass: pass)
      evaluateLosses(task, as: .generator, pass)
      let shownGradient = discriminator.backward(
        input: shown, outputGradient: discriminator.output, wantsInputGradient: true, pass: pass)!
      let imageGradient = task.augmenter?.imageGradient(shownGradient, team: team) ?? shownGradient
      generatorLearner.releaseGradients()
      generator.backward(
        input: codes, outputGradient: imageGradient, wantsInputGradient: false, pass: share.fakePass)
      generatorLearner.sumGradients(endsBatch: index == parts.count - 1)
    }
    try update(AdversarialTask.generatorPlace, samples: plan.samples(ofBatch: lastBatch).count)
    task.average?.follow(network, part: generatorLearner.ownPart, after: position.step, team: team)

    position.step += 1
    position.stepInEpoch += 1
    position.images += images
    stopwatch.endStep(images: images)
  }
}
