import Artifacts
import Collectives
import Diagnostics
import Evaluation
import ImageData
import TensorCore

/// Prepares a run from a configuration and trains it: what `atelier train` does.
public struct TrainingRun {
  public var configuration: RunConfiguration
  /// The program's version, the command line and the text of `config.toml`, for the run's folder.
  public var version: String
  public var command: String
  public var configurationText: (RunConfiguration) -> String
  /// Whether to say where each rank is.
  public var isVerbose = false
  /// The run's data, if this process reads it already.
  public var prefetch: ImagePrefetch?

  public init(
    configuration: RunConfiguration, version: String, command: String,
    configurationText: @escaping (RunConfiguration) -> String,
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
    var configuration = configuration
    if let batchPerRank = configuration.batchPerRank { configuration.batch = batchPerRank * group.size }
    try group.requirePowerOfTwo(shards: configuration.shards)
    group.algorithm = configuration.allreduce
    group.hangTimeout = Double(configuration.hangTimeout)
    let team = makeTeam(threads: configuration.threads, shards: configuration.shards, group: group)
    let idleCores = group.localCores - team.count * group.localSize
    if idleCores > 0 { log.say("note    \(idleCores) of \(group.localCores) cores stay idle") }
    // Beside the data, which takes longer.
    let machineFacts = BackgroundTask { try MachineFacts.current() }
    let data = try loadSplits(
      configuration, data: configuration.data, labelUse: configuration.labelUse, group: group,
      prefetch: prefetch)
    let splits = data.splits
    let facts = try machineFacts.value()
    let task = try configuration.makeTask(train: splits.train)
    if let warning = (task as? AdversarialTask)?.missingClassWarning { log.warn(warning) }
    try prepareGeneration(task, configuration, splits.test, group, team, log)
    try configuration.requireValidationImages(in: splits)
    try configuration.prior?.requireEnough(splits.train)
    try requireEqualRanks(configuration: configuration, facts: facts, group: group)
    if data.copies > Set(group.hostNames).count {
      log.say(
        "note    \(data.copies) copies of the images in memory, as ranks of one host can't share theirs")
    }

    let start = try chooseStart(configuration, group, splits: splits)
    configuration.batch = start.batch
    if isVerbose { sayPlaces(group, threads: team.count, log: log) }
    let folder = RunFolder(start.folder)
    try group.decideOnRoot(phase: "preparing the run folder") {
      try removePartialFiles(in: folder.path)
      // In this order: `config.toml` without `command.txt` is some other program's.
      try writeDurably(folder.command, Array((command + "\n").utf8))
      try writeDurably(folder.configuration, Array(configurationText(configuration).utf8))
      try appendToList(
        environmentEntry(
          version: version, group: group, threads: team.count, facts: facts, data: data),
        file: folder.environment)
    }
    let trainer = Trainer(
      configuration: configuration, group: group, team: team, splits: splits, task: task, folder: folder,
      log: log)
    do {
      try trainer.run(from: start.checkpoint)
    } catch {
      trainer.recordFailure(error)
      throw error
    }
  }

  /// Lets a task compare generated images at its evaluations, where the run shall.
  private func prepareGeneration(
    _ task: any TrainingTask, _ configuration: RunConfiguration, _ images: ImageDataset,
    _ group: ProcessGroup,
    _ team: ThreadTeam, _ log: RunLog
  ) throws {
    guard configuration.fidSamples > 0, let task = task as? any GeneratingTask else { return }
    // A default that the images don't allow is no mistake of the user's.
    let isDefault = configuration.fidSamples == RunConfiguration.defaults(for: configuration.model).fidSamples
    if isDefault && configuration.features == nil && !FashionCNN.takes(images) {
      log.say(
        "note    generated images are not compared: \(FeatureNetworkName.fashionCNN.rawValue) takes 28x28 pixels, "
          + "these have \(images.height)x\(images.width); --features inception takes any")
      return
    }
    let network = try (configuration.features ?? .fashionCNN).load(
      weights: configuration.featureWeights, height: images.height, width: images.width, group: group)
    try network.requireSize(height: images.height, width: images.width)
    task.generation = try GenerationEvaluator(
      network: network, cacheFolder: StatisticsCache.defaultFolder, group: group, team: team,
      report: { log.say("note    \($0)") })
  }

  // MARK: - Where the run goes on

  private struct Start {
    var folder: String
    var checkpoint: String?
    /// The global batch: the configuration's, or with `--batch-per-rank` the checkpoint's.
    var batch: Int

    init(folder: String, checkpoint: String? = nil, batch: Int) {
      self.folder = folder
      self.checkpoint = checkpoint
      self.batch = batch
    }

    /// For the other ranks; no path has a zero in it.
    var bytes: [UInt8] { Array("\(batch)\0\(folder)\0\(checkpoint ?? "")".utf8) }

    init(bytes: [UInt8]) {
      let parts = bytes.split(separator: 0, maxSplits: 2, omittingEmptySubsequences: false)
        .map { String(decoding: $0, as: UTF8.self) }
      batch = Int(parts[0])!
      folder = parts[1]
      checkpoint = parts[2].isEmpty ? nil : parts[2]
    }
  }

  /// Makes the folder of a new run, or finds the checkpoint to go on from; rank 0 decides. Where it throws, nothing has
  /// been written.
  private func chooseStart(
    _ configuration: RunConfiguration, _ group: ProcessGroup, splits: DataSplits
  ) throws -> Start {
    try group.decideOnRoot(
      phase: "preparing the run folder", encode: \.bytes, decode: Start.init(bytes:)
    ) { try chooseStart(configuration, splits) }
  }

  private func chooseStart(_ configuration: RunConfiguration, _ splits: DataSplits) throws -> Start {
    let batch = configuration.batch
    guard let resume = configuration.resume else { return Start(folder: try newFolder().path, batch: batch) }
    if resume == "auto" {
      let folder =
        try configuration.runDirectory.map { RunFolder($0) } ?? RunFolder.newest(model: configuration.model)
      if let folder, let checkpoint = try folder.lastCheckpoint() {
        let batch = try self.batch(continuing: checkpoint.path, configuration, splits)
        return Start(folder: folder.path, checkpoint: checkpoint.path, batch: batch)
      }
      if let folder, folder.hasNothingToLose { return Start(folder: folder.path, batch: batch) }
      return Start(folder: try newFolder().path, batch: batch)
    }
    let checkpoint = try SavedCheckpoint.locate(resume)
    let savedBatch = try self.batch(continuing: checkpoint, configuration, splits)
    let folder = RunFolder(containing: checkpoint)
    if let named = configuration.runDirectory, !FileSystem.isSame(named, folder.path) {
      return Start(folder: try newFolder().path, checkpoint: checkpoint, batch: savedBatch)
    }
    guard FileSystem.name(of: FileSystem.folder(of: checkpoint)) == "checkpoints" else {
      throw Failure(
        .usage, "the checkpoint \(checkpoint) is not in a run's folder",
        help: "name a folder for the run with --run-dir")
    }
    // What is saved from now on follows this checkpoint, not later ones that may be there.
    try CheckpointStore(folder.checkpoints).link("last", to: CheckpointFolder(checkpoint))
    return Start(folder: folder.path, checkpoint: checkpoint, batch: savedBatch)
  }

  private func newFolder() throws -> RunFolder {
    try RunFolder.create(named: configuration.runDirectory, model: configuration.model)
  }

  /// Refuses a checkpoint that this run can't go on from, and gives the batch to go on with.
  private func batch(
    continuing checkpoint: String, _ requested: RunConfiguration, _ splits: DataSplits
  ) throws -> Int {
    let saved = try SavedCheckpoint(reading: checkpoint)
    var configuration = requested
    if requested.batchPerRank != nil { configuration.batch = saved.configuration.batch }
    try configuration.requireSameArithmetic(as: saved.configuration)
    guard saved.state["data_sha256"]?.stringValue == splits.contentHash.description else {
      throw Failure(
        .badData, "the checkpoint \(checkpoint) was trained on other data",
        help: "name the data it was trained on with --data")
    }
    let plan = BatchPlan(
      sampleCount: splits.train.count, batchSize: configuration.batch, shards: configuration.shards)
    try configuration.requireNoExtension(of: saved.state, batchesPerEpoch: plan.batchCount)
    try configuration.requireSamePrior(as: saved.priorName)
    _ = try saved.readMetrics()
    return configuration.batch
  }

  /// Says where each rank is and what it has to do.
  private func sayPlaces(_ group: ProcessGroup, threads: Int, log: RunLog) {
    let shards = configuration.shards / group.size
    for rank in 0..<group.size {
      log.say(
        "rank    \(rank) on \(group.hostNames[rank]): shards \(rank * shards) to \((rank + 1) * shards - 1), "
          + "\(counted(threads, "thread"))")
    }
  }
}

extension FashionCNN {
  fileprivate static func takes(_ images: ImageDataset) -> Bool {
    do {
      try requireSize(height: images.height, width: images.width)
      return true
    } catch {
      return false
    }
  }
}
