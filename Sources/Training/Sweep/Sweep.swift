import Artifacts
import Collectives
import Diagnostics
import ImageData

/// Trains the trials of a sweep side by side on groups of ranks, and finds the best: what `atelier sweep` does.
///
/// A group that is free takes the next trial, so no figure may depend on who trains what, and none does: a run's numbers
/// are the same on any ranks. Each trial is a run with a folder of its own, which a later start goes on with.
public struct Sweep {
  public var definition: SweepDefinition
  /// The folder to make; nil takes the next number, or with `resumes` the model's newest.
  public var directory: String?
  /// Whether a sweep that is there already goes on.
  public var resumes = false
  /// Ranks that train a trial together.
  public var ranksPerTrial = 1
  /// As for `TrainingRun`.
  public var version: String
  public var command: String
  public var configurationText: (RunConfiguration) -> String
  public var prefetch: ImagePrefetch?

  public init(
    definition: SweepDefinition, version: String, command: String,
    configurationText: @escaping (RunConfiguration) -> String, prefetch: ImagePrefetch? = nil
  ) {
    self.definition = definition
    self.version = version
    self.command = command
    self.configurationText = configurationText
    self.prefetch = prefetch
  }

  /// Runs on all ranks of the job.
  ///
  /// - Throws: a failure that all ranks have agreed on: before anything starts, that of a trial that can't run; at the end,
  ///   with all results written, that of the first trial that failed.
  public func run(on world: ProcessGroup, log: RunLog) throws {
    world.hangTimeout = Double(definition.base.hangTimeout)
    guard world.size % ranksPerTrial == 0 else {
      throw Failure(
        .usage,
        "\(counted(world.size, "rank")) can't be cut into groups of --ranks-per-trial \(ranksPerTrial)",
        help: "start a multiple of \(ranksPerTrial) ranks, or give another --ranks-per-trial")
    }
    let data = try loadImages(
      .data(definition.base.data, labelUse: definition.labelUse), group: world,
      prefetch: prefetch)
    let dataHash = data.images.digest.description
    try requireEqualMachines(MachineFacts.current(), group: world)
    try world.requireEqual(
      Array(definition.json(dataHash: dataHash).compactText.utf8), what: "the sweep",
      help: "start every rank with the same options")
    // Thousands of trials take longer than ranks wait for each other.
    try world.allowing(seconds: 600) {
      try world.decideOnRoot(phase: "checking the trials") {
        try definition.requireTrials(fit: data.images, ranks: ranksPerTrial)
      }
    }

    var lock: FileLock?
    defer { lock?.release() }
    let path = try world.textFromRoot(phase: "preparing the sweep's folder") {
      let prepared = try SweepFolder.prepare(
        named: directory, resumes: resumes, for: definition, dataHash: dataHash)
      lock = prepared.lock
      if !prepared.lock.isEnforced {
        log.say("note    that disk has no locks: start no other job on this sweep meanwhile")
      }
      return prepared.folder.path
    }
    let folder = SweepFolder(path: path)
    let group = world.split(into: world.size / ranksPerTrial)
    let claims = TrialClaims(folder: folder.claims)
    try requireSharedFolder(claims, world, group)
    var known: [TrialOutcome?] = []
    let bytes = try world.bytesFromRoot(phase: "looking at earlier trials") {
      known = definition.trials.map { folder.outcome(of: $0, in: definition) }
      return known.map { $0 == nil ? 0 : 1 as UInt8 }
    }
    let pending = definition.trials.filter { bytes[$0.number] == 0 }
    sayStart(folder, done: definition.trials.count - pending.count, world, log)

    let worker = SweepWorker(
      sweep: self, folder: folder, claims: claims, group: group,
      prefetch: ImagePrefetch(data.copy),
      progress: SweepProgress(definition: definition, claims: claims, pending: pending, log: log))
    let (outcomes, failure) = try gather(from: worker, pending: pending, known: known, world)
    try finish(folder, outcomes, failure, world, log)
  }

  /// Every group's first rank has to see what rank 0 writes, as groups share out trials and rank 0 reads their results.
  private func requireSharedFolder(_ claims: TrialClaims, _ world: ProcessGroup, _ group: ProcessGroup) throws
  {
    let token = try world.textFromRoot(phase: "looking for a shared disk") { try claims.writeToken() }
    var failure: Failure?
    if group.isRoot {
      do { try claims.requireToken(token) } catch { failure = error as? Failure }
    }
    try world.agree(failure, phase: "looking for a shared disk")
  }

  /// Lets each group work until no trial is left, and brings together on rank 0 how they ended, by number, and why the
  /// first group could not go on that couldn't.
  private func gather(
    from worker: SweepWorker, pending: [SweepTrial], known: [TrialOutcome?], _ world: ProcessGroup
  ) throws -> (outcomes: [TrialOutcome?], failure: Failure?) {
    let own = worker.run(pending)
    // Other groups may be at work for hours. Should one hang, its own ranks notice.
    world.hangTimeout = 0
    defer { world.hangTimeout = Double(definition.base.hangTimeout) }
    if world.isRoot { world.whileWaiting = { worker.progress.tell() } }
    let cards = world.gather(Array(own.json.compactText.utf8), phase: "waiting for the last trials")
    world.whileWaiting = nil
    var outcomes = known
    var failure: Failure?
    try world.decideOnRoot(phase: "gathering the results") {
      let results = try cards.map {
        try SweepWorker.Results(json: JSONValue(parsing: $0, file: "a rank's message"))
      }
      failure = results.lazy.compactMap(\.failure).first
      worker.progress.tell()
      for (number, outcome) in results.flatMap(\.outcomes) { outcomes[number] = outcome }
    }
    return (outcomes, failure)
  }

  // MARK: - Start and end

  private func sayStart(_ folder: SweepFolder, done: Int, _ world: ProcessGroup, _ log: RunLog) {
    log.say(
      "sweep   \(counted(definition.trials.count, "trial")) of \(definition.base.model.rawValue) by \(definition.metric), "
        + "\(definition.direction == .lower ? "lower" : "higher") is better\n"
        + "ranks   \(counted(world.size / ranksPerTrial, "group")) of \(counted(ranksPerTrial, "rank"))\n"
        + "folder  \(folder.path)")
    if done > 0 { log.say("resumed with \(counted(done, "trial")) done") }
  }

  /// Writes the results and tells them; throws what a group could not go on for, or what the first trial that failed did.
  private func finish(
    _ folder: SweepFolder, _ outcomes: [TrialOutcome?], _ groupFailure: Failure?, _ world: ProcessGroup,
    _ log: RunLog
  ) throws {
    try world.decideOnRoot(phase: "writing the sweep's results") {
      let results = SweepResults(definition: definition, outcomes: outcomes)
      try writeDurably(folder.table, Array(results.markdown.utf8))
      try writeDurably(folder.chart, Array(results.chart.svg.utf8))
      try writeDurably(folder.results, Array(results.json.prettyText.utf8))
      try FileSystem.remove(folder.claims)
      log.say("\n" + results.text + "\n")
      log.say("files   \(folder.table)  \(folder.chart)  \(folder.results)")
      // Last: what is written and said does not depend on what may stand in the link's place.
      let linking = Result { try folder.linkBest(to: results.winner) }
      if let winner = results.winner { sayBest(winner, in: folder, isLinked: linking.isSuccess, log) }
      if let failure = groupFailure ?? results.failure { throw failure }
      try linking.get()
    }
  }

  private func sayBest(_ winner: SweepTrial, in folder: SweepFolder, isLinked: Bool, _ log: RunLog) {
    let run = folder.run(of: winner).path
    log.say("best    \(run)")
    let checkpoint = "\(isLinked ? folder.best : run)/checkpoints/best"
    log.say(
      definition.base.model.hasCodes
        ? "next    atelier sample \(checkpoint) --count 100 --out samples.png"
        : "next    atelier evaluate \(checkpoint)")
  }
}

extension Result {
  fileprivate var isSuccess: Bool { if case .success = self { true } else { false } }
}

extension SweepResults {
  /// What the sweep ends with, where not all trials finished.
  fileprivate var failure: Failure? {
    if let (trial, failure) = firstFailure {
      let count = outcomes.count { $0?.failure != nil }
      return Failure(
        failure.code,
        "\(count) of \(counted(outcomes.count, "trial")) failed, first \(trial.title): \(failure.message)",
        help: "the results of the others are written; --resume tries the failed ones again")
    }
    guard let first = open.first else { return nil }
    return Failure(
      .failure,
      "\(open.count) of \(counted(outcomes.count, "trial")) have not ended, first \(first.title)",
      help: "the results of the others are written; --resume trains the rest")
  }
}
