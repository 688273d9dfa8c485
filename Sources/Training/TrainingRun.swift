import Artifacts
import Collectives
import Diagnostics
import ImageData
import TensorCore

/// Prepares a run from a configuration and trains it: what `atelier train` does.
public struct TrainingRun {
  public var configuration: RunConfiguration
  /// The program's version, the command line and the text of `config.toml`, for the run's folder.
  public var version: String
  public var command: String
  public var configurationText: String
  /// The run's data, if this process reads it already.
  public var prefetch: ImagePrefetch?

  public init(
    configuration: RunConfiguration, version: String, command: String, configurationText: String,
    prefetch: ImagePrefetch? = nil
  ) {
    self.prefetch = prefetch
    self.configuration = configuration
    self.version = version
    self.command = command
    self.configurationText = configurationText
  }

  /// Runs on all ranks of a group.
  ///
  /// - Throws: a failure that all ranks have agreed on.
  public func run(on group: ProcessGroup, log: RunLog) throws {
    try group.requirePowerOfTwo(shards: configuration.shards)
    group.algorithm = configuration.allreduce
    let team = makeTeam(threads: configuration.threads, shards: configuration.shards, group: group)
    let idleCores = group.localCores - team.count * group.localSize
    if idleCores > 0 { log.say("note    \(idleCores) of \(group.localCores) cores stay idle") }
    // Beside the data, which takes longer.
    let machineFacts = BackgroundTask { try MachineFacts.current() }
    let data = try loadSplits(configuration, data: configuration.data, group: group, prefetch: prefetch)
    let splits = data.splits
    let facts = try machineFacts.value()
    let objective = try configuration.makeObjective(height: splits.train.height, width: splits.train.width)
    try configuration.requireValidationImages(in: splits)
    try requireEqualRanks(configuration: configuration, facts: facts, group: group)
    if data.copies > Set(group.hostNames).count {
      log.say(
        "note    \(data.copies) copies of the images in memory, as ranks of one host can't share theirs")
    }

    let start = try chooseStart(group, splits: splits)
    let folder = RunFolder(start.folder)
    try group.decideOnRoot(phase: "preparing the run folder") {
      try removePartialFiles(in: folder.path)
      // In this order: `config.toml` without `command.txt` is some other program's.
      try writeDurably(folder.command, Array((command + "\n").utf8))
      try writeDurably(folder.configuration, Array(configurationText.utf8))
      try appendToList(
        environmentEntry(
          version: version, group: group, threads: team.count, facts: facts, data: data),
        file: folder.environment)
    }
    let trainer = ReconstructionTrainer(
      configuration: configuration, group: group, team: team, splits: splits, objective: objective,
      folder: folder, log: log)
    do {
      try trainer.run(from: start.checkpoint)
    } catch {
      trainer.recordFailure(error)
      throw error
    }
  }

  // MARK: - Where the run goes on

  private struct Start {
    var folder: String
    var checkpoint: String?

    init(folder: String, checkpoint: String? = nil) {
      self.folder = folder
      self.checkpoint = checkpoint
    }

    /// For the other ranks; no path has a zero in it.
    var bytes: [UInt8] { Array("\(folder)\0\(checkpoint ?? "")".utf8) }

    init(bytes: [UInt8]) {
      let parts = bytes.split(separator: 0, maxSplits: 1, omittingEmptySubsequences: false)
      folder = String(decoding: parts[0], as: UTF8.self)
      checkpoint = parts[1].isEmpty ? nil : String(decoding: parts[1], as: UTF8.self)
    }
  }

  /// Makes the folder of a new run, or finds the checkpoint to go on from; rank 0 decides. Where it throws, nothing has
  /// been written.
  private func chooseStart(_ group: ProcessGroup, splits: DataSplits) throws -> Start {
    try group.decideOnRoot(
      phase: "preparing the run folder", encode: \.bytes, decode: Start.init(bytes:)
    ) { try chooseStart(splits) }
  }

  private func chooseStart(_ splits: DataSplits) throws -> Start {
    guard let resume = configuration.resume else { return Start(folder: try newFolder().path) }
    if resume == "auto" {
      let folder =
        try configuration.runDirectory.map { RunFolder($0) } ?? RunFolder.newest(model: configuration.model)
      if let folder, let checkpoint = try folder.lastCheckpoint() {
        try requireCompatible(checkpoint.path, splits)
        return Start(folder: folder.path, checkpoint: checkpoint.path)
      }
      if let folder, folder.hasNothingToLose { return Start(folder: folder.path) }
      return Start(folder: try newFolder().path)
    }
    let checkpoint = try SavedCheckpoint.locate(resume)
    try requireCompatible(checkpoint, splits)
    let folder = RunFolder(containing: checkpoint)
    if let named = configuration.runDirectory, !FileSystem.isSame(named, folder.path) {
      return Start(folder: try newFolder().path, checkpoint: checkpoint)
    }
    guard FileSystem.name(of: FileSystem.folder(of: checkpoint)) == "checkpoints" else {
      throw Failure(
        .usage, "the checkpoint \(checkpoint) is not in a run's folder",
        help: "name a folder for the run with --run-dir")
    }
    // What is saved from now on follows this checkpoint, not later ones that may be there.
    try CheckpointStore(folder.checkpoints).link("last", to: CheckpointFolder(checkpoint))
    return Start(folder: folder.path, checkpoint: checkpoint)
  }

  private func newFolder() throws -> RunFolder {
    try RunFolder.create(named: configuration.runDirectory, model: configuration.model)
  }

  private func requireCompatible(_ checkpoint: String, _ splits: DataSplits) throws {
    let saved = try SavedCheckpoint(reading: checkpoint)
    try configuration.requireSameArithmetic(as: saved.configuration)
    guard saved.state["data_sha256"]?.stringValue == splits.contentHash.description else {
      throw Failure(
        .badData, "the checkpoint \(checkpoint) was trained on other data",
        help: "name the data it was trained on with --data")
    }
    let plan = BatchPlan(
      sampleCount: splits.train.count, batchSize: configuration.batch, shards: configuration.shards)
    try configuration.requireNoExtension(of: saved.state, batchesPerEpoch: plan.batchCount)
    _ = try saved.readMetrics()
  }
}
