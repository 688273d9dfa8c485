import Collectives

/// Tells people which trials have begun and ended; rank 0's of the job speaks.
final class SweepProgress {
  private let definition: SweepDefinition
  private let claims: TrialClaims
  /// Trials whose end was not told yet.
  private var open: [SweepTrial]
  private let log: RunLog

  init(definition: SweepDefinition, claims: TrialClaims, pending: [SweepTrial], log: RunLog) {
    self.definition = definition
    self.claims = claims
    self.log = log
    open = pending
  }

  /// Says that this process's own group begins a trial.
  func sayStart(of trial: SweepTrial, on group: ProcessGroup) {
    if group.isRoot && group.firstJobRank == 0 { log.say("start   \(trial.title)\(group.rangeInJob)") }
  }

  /// Says which trials have ended since, whoever trained them.
  func tell() {
    guard log.isHeard else { return }
    open.removeAll { trial in
      guard let outcome = claims.outcome(of: trial.number) else { return false }
      let name = trial.title + claims.claimant(of: trial.number)
      switch outcome {
      case .finished(let figures):
        log.say(
          "done    \(name): \(definition.metric) \(significantDecimals(figures.value)) at epoch \(figures.epoch)"
        )
      case .failed(let failure):
        log.say("failed  \(name): \(failure.message)")
      }
      return true
    }
  }
}
