import Artifacts
import Collectives
import Diagnostics
import NeuralNet
import TensorCore

/// Checkpoints: what is saved, and how a run goes on from one.
extension Trainer {
  /// Saves the run as it stands. All ranks take part; rank 0 writes.
  func saveCheckpoint() {
    // The meters of all shards, so that a run that goes on from within an interval ends it with the same sums.
    let interval = intervalMeters.flatMap { $0.state(group) }
    let epoch = epochMeters.flatMap { $0.state(group) }
    for state in learners.flatMap(\.optimizer.state) {
      group.shareParts(state.values.elements, phase: "saving a checkpoint")
    }
    generatorAverage?.complete(group)
    onRoot("saving a checkpoint") {
      var members = [JSONMember("format", 1)] + position.json
      members += zip(updateKeys, learners).map { JSONMember($0, .integer($1.optimizer.updates)) }
      members += [
        JSONMember("schedule_horizon", learners[0].schedule.horizon.map { .integer($0) } ?? .null),
        JSONMember("metrics_bytes", .integer(metrics?.byteCount ?? 0)),
        JSONMember("evaluated", .bool(evaluatedStep == position.step)),
        JSONMember("early_stopping", selectsBest ? earlyStopping.json : .null),
        JSONMember("interval", .object(interval)),
        JSONMember("epoch_so_far", .object(epoch)),
        JSONMember("height", .integer(splits.train.height)),
        JSONMember("width", .integer(splits.train.width)),
        JSONMember("data_sha256", .string(splits.contentHash.description)),
        JSONMember("prior", configuration.prior.map { .string($0.text) } ?? .null),
        JSONMember("configuration", configuration.arithmetic),
      ]
      try metrics?.synchronize()
      try CheckpointStore(folder.checkpoints).publish(
        step: position.step,
        files: [
          CheckpointFile(SavedCheckpoint.modelFile) { [self] in
            try SafeTensorsWriter(model.stateTensors).write(to: $0)
          },
          CheckpointFile(SavedCheckpoint.optimizerFile) { [self] in
            try SafeTensorsWriter(optimizerTensors).write(to: $0)
          },
          CheckpointFile(SavedCheckpoint.stateFile, bytes: Array(JSONValue.object(members).prettyText.utf8)),
        ]
          + (generatorAverage.map { average in
            [
              CheckpointFile(SavedCheckpoint.averageFile) {
                try SafeTensorsWriter(average.tensors).write(to: $0)
              }
            ]
          } ?? []))
      try tidyCheckpoints()
    }
  }

  /// Goes on from a checkpoint: rank 0 reads and verifies it, the others get its state over the network.
  func restore(from checkpoint: String) throws {
    var saved: SavedCheckpoint?
    let text = try group.textFromRoot(phase: "reading the checkpoint") {
      let root = try SavedCheckpoint(reading: checkpoint)
      saved = root
      try root.copyModel(to: model)
      if let generatorAverage { try root.copy(to: generatorAverage) }
      for learner in learners { try root.copyOptimizer(to: learner.optimizer, of: learner.arena) }
      return root.state.compactText
    }
    for memory in model.stateMemory + (generatorAverage?.memory ?? [])
      + learners.flatMap(\.optimizer.state).map({ UnsafeMutableRawBufferPointer($0.values.elements) })
    {
      group.broadcast(memory, phase: "sending the checkpoint")
    }
    model.refreshEffectiveValues(team: team)
    let state = try JSONValue(parsing: Array(text.utf8), file: checkpoint)
    position = try TrainingPosition(json: state, file: checkpoint)
    for (key, learner) in zip(updateKeys, learners) {
      learner.optimizer.updates = state[key]?.integerValue ?? 0
      // A run that has made no update yet takes its horizon anew, as one that starts.
      if position.step > 0 { learner.schedule.horizon = state["schedule_horizon"]?.integerValue }
    }
    let ownShards = plan.shards(ofRank: group.rank, of: group.size)
    for index in intervalMeters.indices {
      try intervalMeters[index].restore(
        state["interval"], shards: configuration.shards, own: ownShards, file: checkpoint)
      try epochMeters[index].restore(
        state["epoch_so_far"], shards: configuration.shards, own: ownShards, file: checkpoint)
    }
    try continueMetrics(of: saved)
    if selectsBest {
      earlyStopping = try EarlyStopping(json: state["early_stopping"], file: checkpoint)
    }
    try restoreBest(from: saved)
    if state["evaluated"]?.boolValue == true { evaluatedStep = position.step }
    firstStep = position.step
    adversarialWatch = AdversarialWatch(from: position.step)
  }

  /// Cuts `metrics.jsonl` back to where the checkpoint was made; a run in a new folder takes the rows up to there along.
  private func continueMetrics(of checkpoint: SavedCheckpoint?) throws {
    try group.decideOnRoot(phase: "continuing metrics") {
      let rows = try checkpoint!.readMetrics()
      if !FileSystem.isSame(RunFolder(containing: checkpoint!.path).metrics, folder.metrics) {
        try writeDurably(folder.metrics, rows)
      }
      metrics = try JSONLinesFile(opening: folder.metrics, keeping: rows.count)
    }
  }

  /// What each learner's number of updates is called in `state.json`.
  private var updateKeys: [String] { task.quantities.map { "\($0.prefix)optimizer_updates" } }

  /// The moving average of a GAN's generator, where the run keeps one.
  var generatorAverage: GeneratorAverage? { (task as? AdversarialTask)?.average }

  // MARK: - Tensors

  /// The optimiser's state under the names that PyTorch gives it.
  private var optimizerTensors: [NamedTensor] {
    learners.flatMap { learner in
      learner.arena.parameters.flatMap { parameter in
        learner.optimizer.state.map { state in
          NamedTensor(
            name: "\(state.name).\(parameter.name)", shape: parameter.shape,
            elements: UnsafeBufferPointer<Float>(
              start: state.values.pointer + parameter.offset, count: parameter.count))
        }
      }
    }
  }
}
