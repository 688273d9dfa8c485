import Artifacts
import Collectives
import Diagnostics

/// A group of ranks that takes trials of a sweep and trains them, one after another.
struct SweepWorker {
  let sweep: Sweep
  let folder: SweepFolder
  let claims: TrialClaims
  let group: ProcessGroup
  /// The images, which are in memory already.
  let prefetch: ImagePrefetch
  /// Rank 0's of the job tells how far the sweep is.
  let progress: SweepProgress

  /// How the trials ended that a group took.
  struct Results {
    var outcomes: [(number: Int, outcome: TrialOutcome)] = []
    /// Why the group could not go on, if it couldn't.
    var failure: Failure?
  }

  /// Takes trials until none is left. Only the group's first rank has results.
  func run(_ pending: [SweepTrial]) -> Results {
    var results = Results()
    do {
      for trial in pending {
        let isOurs = try group.answerFromRoot(phase: "taking a trial") {
          try claims.claim(trial.number, by: group.rangeInJob)
        }
        guard isOurs else { continue }
        progress.sayStart(of: trial, on: group, logFile: folder.relativeLog(of: trial))
        let failure = train(trial)
        try group.decideOnRoot(phase: "reporting a trial") {
          let outcome =
            failure.map { .failed($0) }
            ?? TrialOutcome(of: folder.run(of: trial), in: sweep.definition)
          results.outcomes.append((trial.number, outcome))
          try claims.report(outcome, of: trial.number)
        }
        progress.tell()
      }
    } catch {
      results.failure = error as? Failure ?? Failure(.failure, "\(error)")
    }
    return results
  }

  /// Trains a trial, from its last checkpoint where it has one, and gives what it failed by.
  private func train(_ trial: SweepTrial) -> Failure? {
    var configuration = trial.configuration
    configuration.runDirectory = folder.run(of: trial).path
    configuration.resume = "auto"
    // The memory that the ranks shared for this trial's parameters; the next one's are of another size.
    defer { group.releaseSharedWindows() }
    do {
      let run = TrainingRun(
        configuration: configuration, version: sweep.version, command: sweep.command,
        configurationText: sweep.configurationText, prefetch: prefetch)
      try run.run(on: group, log: RunLog(isRoot: group.isRoot, quiet: true))
      return nil
    } catch {
      return error as? Failure ?? Failure(.failure, "\(error)")
    }
  }
}

extension ProcessGroup {
  /// " on ranks 2 to 3", by their numbers in the job; nothing where they are all.
  var rangeInJob: String {
    if size == jobSize { return "" }
    return size == 1 ? " on rank \(firstJobRank)" : " on ranks \(firstJobRank) to \(firstJobRank + size - 1)"
  }
}

// MARK: - Between ranks

extension SweepWorker.Results {
  var json: JSONValue {
    [
      "outcomes": .array(
        outcomes.map {
          .object([JSONMember("trial", .integer($0.number)), JSONMember("outcome", $0.outcome.json)])
        }),
      "failure": failure.map { TrialOutcome.failed($0).json } ?? .null,
    ]
  }

  init(json: JSONValue) throws {
    for entry in json["outcomes"]?.arrayValue ?? [] {
      if let number = entry["trial"]?.integerValue,
        let outcome = entry["outcome"].flatMap(TrialOutcome.init(json:))
      {
        outcomes.append((number, outcome))
      }
    }
    failure = json["failure"].flatMap(TrialOutcome.init(json:))?.failure
  }
}
