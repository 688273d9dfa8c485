import Artifacts
import Collectives
import Evaluation

/// Pictures of what a GAN draws as it goes; other models have none.
extension Trainer {
  private var progressPictures: ProgressPictures {
    ProgressPictures(
      folder: folder, height: splits.train.height, width: splits.train.width,
      classes: (task as? AdversarialTask)?.network.classCount)
  }

  /// Draws the images of the first codes of the run's samples. All ranks take part.
  func recordProgress() {
    guard let images = drawProgress() else { return }
    onRoot("writing a picture of progress") { try progressPictures.write(images, epoch: position.epoch) }
  }

  /// Draws the page with all of them, which ends with the state that training ended in. All ranks take part.
  func finishProgress() {
    guard let images = drawProgress() else { return }
    onRoot("writing the picture of progress") {
      let isWithin = position.stepInEpoch > 0
      try progressPictures.writeSummary(
        final: images, label: isWithin ? "step \(position.step)" : "epoch \(position.epoch)",
        epoch: isWithin ? position.epoch + 1 : position.epoch)
    }
  }

  /// Leaves of earlier pictures those that the checkpoint has seen. Rank 0 only.
  func prepareProgress() throws {
    guard task is AdversarialTask else { return }
    let original = originalCheckpoints.map { RunFolder(FileSystem.folder(of: $0)) }
    let isOther = original.map { !FileSystem.isSame($0.path, folder.path) } ?? false
    try progressPictures.keep(upTo: position.epoch, from: isOther ? original : nil)
  }

  private func drawProgress() -> [Float]? {
    guard let task = task as? AdversarialTask else { return nil }
    task.average?.complete(group)
    return generateImages(
      count: progressPictures.count, from: task.generator, seed: configuration.seed,
      shards: configuration.shards, group: group, team: team)
  }
}
