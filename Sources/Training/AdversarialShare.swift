import ImageData
import NeuralNet

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

extension Trainer {
  /// - Parameter draw: the discriminator's update within the step.
  func adversarialShare(
    _ task: AdversarialTask, of samples: Range<Int>, inBatch batch: Int, order: EpochOrder, draw: Int
  ) -> AdversarialShare {
    let own = plan.samples(ofRank: group.rank, of: group.size, in: samples)
    let first = plan.samples(ofBatch: batch).lowerBound
    let places = own.lowerBound - first..<own.upperBound - first
    let pass = Pass(
      rows: shardedRows(of: samples, from: own.lowerBound), team: team,
      training: TrainingPass(
        seed: configuration.seed, step: position.step, sampleIndices: order.indices[own],
        sums: GroupSums(group: group)))
    return AdversarialShare(
      own: own, places: places, draw: draw, realPass: task.labelled(pass, asImages: order.indices[own]),
      fakePass: task.labelled(pass, drawnAt: places, step: position.step, draw: draw))
  }
}
