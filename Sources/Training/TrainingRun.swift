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

  public init(configuration: RunConfiguration, version: String, command: String, configurationText: String) {
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
    let splits = try loadSplits(data: configuration.data, limit: configuration.limit, group: group)
    let facts = try MachineFacts.current()
    let objective = try configuration.makeObjective(height: splits.train.height, width: splits.train.width)
    try requireEqualRanks(configuration: configuration, splits: splits, facts: facts, group: group)

    let start = try chooseStart(group)
    let folder = RunFolder(start.folder)
    try group.decideOnRoot(phase: "preparing the run folder") {
      try writeDurably(folder.configuration, Array(configurationText.utf8))
      try writeDurably(folder.command, Array((command + "\n").utf8))
      try appendToList(
        environmentEntry(
          version: version, group: group, threads: team.count, facts: facts, splits: splits),
        file: folder.environment)
    }
    let trainer = ReconstructionTrainer(
      configuration: configuration, group: group, team: team, splits: splits, objective: objective,
      folder: folder, log: log)
    try trainer.run(from: start.checkpoint)
  }

  // MARK: - Where the run goes on

  private struct Start {
    var folder: String
    var checkpoint: String?
  }

  /// Makes the folder of a new run, or finds the checkpoint to go on from; rank 0 decides.
  private func chooseStart(_ group: ProcessGroup) throws -> Start {
    try group.decideOnRoot(
      phase: "preparing the run folder",
      encode: { Array("\($0.folder)\n\($0.checkpoint ?? "")".utf8) },
      decode: { bytes in
        let lines = String(decoding: bytes, as: UTF8.self).split(
          separator: "\n", omittingEmptySubsequences: false)
        return Start(folder: String(lines[0]), checkpoint: lines[1].isEmpty ? nil : String(lines[1]))
      }
    ) { try chooseStart() }
  }

  private func chooseStart() throws -> Start {
    guard let resume = configuration.resume else {
      return Start(
        folder: try RunFolder.create(named: configuration.runDirectory, model: configuration.model).path)
    }
    if resume == "auto" {
      let folder =
        try configuration.runDirectory.map { RunFolder($0) } ?? RunFolder.newest(model: configuration.model)
      if let folder, let checkpoint = try folder.newestCheckpoint() {
        return Start(folder: folder.path, checkpoint: checkpoint.path)
      }
      // A start that died before its first checkpoint has left a folder without anything to lose.
      if let folder, FileSystem.exists(folder.path) { return Start(folder: folder.path) }
      return Start(
        folder: try RunFolder.create(named: configuration.runDirectory, model: configuration.model).path)
    }
    let checkpoint = try SavedCheckpoint.locate(resume)
    if let named = configuration.runDirectory, named != RunFolder(containing: checkpoint).path {
      return Start(
        folder: try RunFolder.create(named: named, model: configuration.model).path, checkpoint: checkpoint)
    }
    return Start(folder: RunFolder(containing: checkpoint).path, checkpoint: checkpoint)
  }
}
