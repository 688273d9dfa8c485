import Artifacts
import Collectives
import Diagnostics
import TensorCore

/// The best checkpoint by validation loss: the link to it, and the return to it at the end of a run with patience.
extension Trainer {
  /// Whether the state as it stands is the best so far.
  var isBest: Bool { earlyStopping.best?.step == position.step }

  /// Whether the validation loss has not fallen for as long as the run has patience.
  var hasLostPatience: Bool { earlyStopping.isOver(patience: configuration.patience) }

  /// Lets `best` point to the checkpoint of the least validation loss, and removes checkpoints that are too many.
  /// Rank 0 only; the checkpoint that the run is at has been saved.
  func tidyCheckpoints() throws {
    let store = CheckpointStore(folder.checkpoints)
    if let best = earlyStopping.best {
      try store.link("best", to: checkpointFolder(ofStep: best.step))
    }
    if configuration.keep > 0 { try store.keepNewest(configuration.keep, upTo: position.step) }
  }

  /// Links the state of the end as the best, where it was evaluated only after it had been saved. All ranks take part.
  func linkBestOfTheEnd() {
    guard isBest else { return }
    onRoot("linking the best checkpoint") {
      // A run that has no step left to go may have come from a checkpoint in another folder.
      try bring(checkpointFolder(ofStep: position.step))
      try CheckpointStore(folder.checkpoints).link("best", to: checkpointFolder(ofStep: position.step))
    }
  }

  /// Makes `best` what it was when the checkpoint was saved that the run goes on from: the run may have come further
  /// since. Where that best checkpoint is gone, the next evaluation is the best again. All ranks take part.
  func restoreBest(from checkpoint: SavedCheckpoint?) throws {
    let best = earlyStopping.best
    let verdict = try group.textFromRoot(phase: "restoring the best checkpoint") {
      originalCheckpoints = FileSystem.folder(of: checkpoint!.path)
      guard let best else {
        try CheckpointStore(folder.checkpoints).removeLink("best")
        return "none"
      }
      try bring(checkpointFolder(ofStep: best.step))
      return checkpointFolder(ofStep: best.step).isComplete ? "there" : "gone"
    }
    guard verdict == "gone" else { return }
    earlyStopping = EarlyStopping()
    log.say(
      "note    the best checkpoint so far, of step \(grouped(best!.step)), is gone: the next one counts as the best"
    )
    try group.decideOnRoot(phase: "restoring the best checkpoint") {
      try CheckpointStore(folder.checkpoints).removeLink("best")
    }
  }

  /// Takes the best weights for what a run with patience reports at its end. All ranks take part.
  ///
  /// - Throws: `Failure` 65 where the checkpoint has been damaged since.
  func returnToBest() throws {
    guard configuration.patience > 0, let best = earlyStopping.best else { return }
    log.say(
      "best    \(monitoredPart.rawValue) \(scores?.values.criterion?.name ?? "loss") \(decimals(best.loss, 4)) at step \(grouped(best.step)), used from here on"
    )
    guard best.step != position.step else { return }
    let text = try group.textFromRoot(phase: "reading the best checkpoint") {
      let saved = try SavedCheckpoint(reading: checkpointFolder(ofStep: best.step).path)
      try saved.copyModel(to: model)
      if let generatorAverage { try saved.copy(to: generatorAverage) }
      return saved.state.compactText
    }
    for memory in model.stateMemory + (generatorAverage?.memory ?? []) {
      group.broadcast(memory, phase: "sending the best checkpoint")
    }
    model.refreshEffectiveValues(team: team)
    let file = "best checkpoint"
    modelPosition = try TrainingPosition(json: JSONValue(parsing: Array(text.utf8), file: file), file: file)
  }

  func checkpointFolder(ofStep step: Int) -> CheckpointFolder {
    CheckpointFolder("\(folder.checkpoints)/\(CheckpointFolder.name(ofStep: step))")
  }

  /// Copies a checkpoint from the folder that the run was resumed from, where this run's does not have it.
  private func bring(_ checkpoint: CheckpointFolder) throws {
    guard !checkpoint.isComplete, let originalCheckpoints, let step = checkpoint.step else { return }
    let original = CheckpointFolder("\(originalCheckpoints)/\(checkpoint.name)")
    guard original.isComplete else { return }
    let files = try SavedCheckpoint(reading: original.path).files.map { name in
      CheckpointFile(name, bytes: try FileSystem.read(original.path(name)))
    }
    try CheckpointStore(folder.checkpoints).publish(step: step, files: files)
  }
}
