import Artifacts
import Collectives
import Diagnostics
import NeuralNet
import TensorCore

/// Checkpoints: what is saved, and how a run goes on from one.
extension ReconstructionTrainer {
  /// Saves the run as it stands. All ranks take part; rank 0 writes.
  func saveCheckpoint() {
    // The meters of all shards, so that a run that goes on from within an interval ends it with the same sums.
    let interval = gatherShardSums(intervalLoss)
    let epoch = gatherShardSums(epochLoss)
    onRoot("saving a checkpoint") {
      var members = [JSONMember("format", 1)] + position.json
      members += [
        JSONMember("optimizer_updates", .integer(optimizer.updates)),
        JSONMember("schedule_horizon", .integer(schedule.horizon)),
        JSONMember("metrics_bytes", .integer(metrics?.byteCount ?? 0)),
        JSONMember("interval", meterState(intervalLoss, shardSums: interval)),
        JSONMember("epoch_so_far", meterState(epochLoss, shardSums: epoch)),
        JSONMember("height", .integer(splits.train.height)),
        JSONMember("width", .integer(splits.train.width)),
        JSONMember("data_sha256", .string(splits.contentHash.description)),
        JSONMember("configuration", configuration.arithmetic),
      ]
      try metrics?.synchronize()
      try CheckpointStore(folder.checkpoints).publish(
        step: position.step,
        files: [
          CheckpointFile(SavedCheckpoint.modelFile) { [self] in
            try SafeTensorsWriter(modelTensors).write(to: $0)
          },
          CheckpointFile(SavedCheckpoint.optimizerFile) { [self] in
            try SafeTensorsWriter(optimizerTensors).write(to: $0)
          },
          CheckpointFile(SavedCheckpoint.stateFile, bytes: Array(JSONValue.object(members).prettyText.utf8)),
        ])
    }
  }

  /// Goes on from a checkpoint: rank 0 reads and verifies it, the others get its state over the network.
  func restore(from checkpoint: String) throws {
    let text = try group.decideOnRoot(
      phase: "reading the checkpoint", encode: { Array($0.utf8) },
      decode: { String(decoding: $0, as: UTF8.self) }
    ) {
      let saved = try SavedCheckpoint(reading: checkpoint)
      try configuration.requireSameArithmetic(as: saved.configuration)
      guard saved.state["data_sha256"]?.stringValue == splits.contentHash.description else {
        throw Failure(
          .badData, "the checkpoint \(checkpoint) was trained on other data",
          help: "name the data it was trained on with --data")
      }
      try saved.copyModel(to: model.arena)
      try saved.copyOptimizer(to: optimizer, of: model.arena)
      return saved.state.compactText
    }
    for buffer in [model.arena.values] + optimizer.state.map(\.values) {
      group.broadcast(UnsafeMutableRawBufferPointer(buffer.elements), phase: "sending the checkpoint")
    }
    let state = try JSONValue(parsing: Array(text.utf8), file: checkpoint)
    position = try TrainingPosition(json: state, file: checkpoint)
    optimizer.updates = state["optimizer_updates"]?.integerValue ?? 0
    try restoreHorizon(from: state, file: checkpoint)
    try restore(&intervalLoss, from: state["interval"], file: checkpoint)
    try restore(&epochLoss, from: state["epoch_so_far"], file: checkpoint)
    try continueMetrics(of: checkpoint, byteCount: state["metrics_bytes"]?.integerValue ?? 0)
    firstStep = position.step
    log.say("resumed from \(checkpoint): step \(position.step), \(position.epoch) epochs done")
  }

  /// Cuts `metrics.jsonl` back to where the checkpoint was made; a run in a new folder takes the rows up to there along.
  private func continueMetrics(of checkpoint: String, byteCount: Int) throws {
    try group.decideOnRoot(phase: "continuing metrics") {
      let source = RunFolder(containing: checkpoint).metrics
      if source != folder.metrics {
        try writeDurably(folder.metrics, Array(FileSystem.read(source).prefix(byteCount)))
      }
      metrics = try JSONLinesFile(opening: folder.metrics, keeping: byteCount)
    }
  }

  /// A run that has made no update yet takes its horizon anew, as one that starts.
  private func restoreHorizon(from state: JSONValue, file: String) throws {
    guard position.step > 0 else { return }
    guard let horizon = state["schedule_horizon"]?.integerValue else {
      throw Failure(.badData, "\(file) has no usable value for 'schedule_horizon'")
    }
    try configuration.requireNoExtension(to: totalSteps, of: horizon)
    schedule.horizon = horizon
  }

  // MARK: - Meters

  private func gatherShardSums(_ meter: LossMeter) -> [Double] {
    group.gather(meter.shardSums.withUnsafeBytes { Array($0) }, phase: "saving a checkpoint").flatMap {
      bytes in
      bytes.withUnsafeBytes { Array($0.bindMemory(to: Double.self)) }
    }
  }

  private func meterState(_ meter: LossMeter, shardSums: [Double]) -> JSONValue {
    [
      "samples": .integer(meter.samples), "weighted_norm": .double(meter.weightedNorm),
      "shard_loss_sums": .array(shardSums.map { .double($0) }),
    ]
  }

  private func restore(_ meter: inout LossMeter, from state: JSONValue?, file: String) throws {
    guard let samples = state?["samples"]?.integerValue, let norm = state?["weighted_norm"]?.doubleValue,
      let sums = state?["shard_loss_sums"]?.arrayValue?.compactMap(\.doubleValue),
      sums.count == configuration.shards
    else { throw Failure(.badData, "\(file) holds no usable loss sums") }
    meter.samples = samples
    meter.weightedNorm = norm
    meter.shardSums = Array(sums[plan.shards(ofRank: group.rank, of: group.size)])
  }

  // MARK: - Tensors

  private var modelTensors: [NamedTensor] {
    model.arena.parameters.map { parameter in
      NamedTensor(
        name: parameter.name, shape: parameter.shape,
        elements: UnsafeBufferPointer<Float>(start: parameter.values, count: parameter.count))
    }
  }

  /// The optimiser's state under the names that PyTorch gives it.
  private var optimizerTensors: [NamedTensor] {
    model.arena.parameters.flatMap { parameter in
      optimizer.state.map { state in
        NamedTensor(
          name: "\(state.name).\(parameter.name)", shape: parameter.shape,
          elements: UnsafeBufferPointer<Float>(
            start: state.values.pointer + parameter.offset, count: parameter.count))
      }
    }
  }
}
