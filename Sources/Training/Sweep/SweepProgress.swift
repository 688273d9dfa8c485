import Collectives

/// Tells people which trials have begun and ended; rank 0's of the job speaks.
final class SweepProgress {
  private let definition: SweepDefinition
  private let claims: TrialClaims
  /// Trials whose end was not told yet.
  private var open: [SweepTrial]
  private let log: RunLog

  /// Of all trials, those that this start found finished among them.
  private var doneCount: Int { definition.trials.count - open.count }

  init(definition: SweepDefinition, claims: TrialClaims, pending: [SweepTrial], log: RunLog) {
    self.definition = definition
    self.claims = claims
    self.log = log
    open = pending
  }

  /// Says that this process's own group begins a trial, and where it tells more.
  func sayStart(of trial: SweepTrial, on group: ProcessGroup, logFile: String) {
    guard group.isRoot && group.firstJobRank == 0 else { return }
    log.say("start   \(trial.title)\(group.rangeInJob): \(logFile)")
  }

  /// Says which trials have ended since, whoever trained them.
  func tell() {
    guard log.isHeard else { return }
    for (trial, outcome) in open.compactMap({ trial in
      claims.outcome(of: trial.number).map { (trial, $0) }
    }) {
      open.removeAll { $0.number == trial.number }
      let share = "(\(doneCount) of \(definition.trials.count) done)"
      let name = trial.title + claims.claimant(of: trial.number)
      switch outcome {
      case .finished(let figures):
        log.say(
          "done    \(name): \(definition.metric) \(significantDecimals(figures.value)) at epoch \(figures.epoch) "
            + share)
      case .failed(let failure):
        log.say("failed  \(name): \(failure.message) \(share)")
      }
    }
  }
}
