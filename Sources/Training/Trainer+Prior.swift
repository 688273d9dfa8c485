import Artifacts
import Evaluation

/// The prior of the codes of generated images: fitted when figures or samples need it, and added to the checkpoint of the
/// model that they come from.
extension Trainer {
  /// Fits the prior to the model as it stands, if the run has one to fit and that is not done yet. All ranks take part.
  func fitPrior() throws {
    guard let prior = configuration.prior, prior != .normal, let task = task as? any CodingTask else {
      return
    }
    let step = (modelPosition ?? position).step
    guard priorStep != step else { return }
    let fitted = try FittedPrior(
      fitting: prior, to: splits.train, by: task.coder, seed: configuration.seed,
      shards: configuration.shards, group: group, team: team)
    if let note = fitted.note { log.say(note) }
    task.prior = fitted
    priorStep = step
  }

  /// Lets the checkpoint of the model that the run ends with have the prior, and name no other. Rank 0 writes.
  func savePrior() {
    guard let task = task as? any CodingTask else { return }
    onRoot("saving the prior") {
      let checkpoint = checkpointFolder(ofStep: (modelPosition ?? position).step)
      // The best checkpoint may be of an earlier start of the run.
      if let state = try SavedCheckpoint(reading: checkpoint.path).state(naming: configuration.prior) {
        try checkpoint.add(CheckpointFile(SavedCheckpoint.stateFile, bytes: Array(state.prettyText.utf8)))
      }
      if let file = task.prior.file { try checkpoint.add(file) }
    }
  }

  /// Takes the priors out of the checkpoints of a run that goes on: they belong to its end. Rank 0 only.
  func removePriors() throws {
    for checkpoint in try CheckpointStore(folder.checkpoints).completeCheckpoints() {
      try checkpoint.remove(SavedCheckpoint.priorFile)
    }
  }
}
