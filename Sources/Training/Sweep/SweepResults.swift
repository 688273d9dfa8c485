import Artifacts
import Diagnostics

/// What became of a sweep's trials, the best first.
struct SweepResults {
  let definition: SweepDefinition
  /// By the trials' numbers; nil for trials that have not ended, where the sweep could not go on.
  let outcomes: [TrialOutcome?]
  /// The numbers of the trials from the best on, of equals the first; then those whose figure is no number, then those
  /// that failed or have not ended.
  let ranking: [Int]

  init(definition: SweepDefinition, outcomes: [TrialOutcome?]) {
    self.definition = definition
    self.outcomes = outcomes
    let direction = definition.direction
    let values = outcomes.map { $0?.figures?.value }
    ranking = values.indices.sorted { first, second in
      switch (values[first], values[second]) {
      case (let own?, let other?):
        if direction.prefers(own, to: other) { return true }
        return !direction.prefers(other, to: own) && first < second
      case (nil, nil): return first < second
      case (let own, _): return own != nil
      }
    }
  }

  /// The trial with the best figure, if one has any.
  var winner: SweepTrial? {
    guard let first = ranking.first, let value = outcomes[first]?.figures?.value, value.isFinite else {
      return nil
    }
    return definition.trials[first]
  }

  /// The first trial that failed, and how.
  var firstFailure: (trial: SweepTrial, failure: Failure)? {
    outcomes.indices.lazy.compactMap { number in
      outcomes[number]?.failure.map { (definition.trials[number], $0) }
    }.first
  }

  /// The trials that have not ended.
  var open: [SweepTrial] { definition.trials.filter { outcomes[$0.number] == nil } }

  // MARK: - sweep.json

  var json: JSONValue {
    let isLower = definition.direction == .lower
    return [
      "format": 1, "model": .string(definition.base.model.rawValue), "metric": .string(definition.metric),
      "better": isLower ? "lower" : "higher",
      "best": winner.map { .string($0.folderName) } ?? .null,
      "trials": .array(zip(definition.trials, outcomes).map { json(of: $0, $1) }),
    ]
  }

  private func json(of trial: SweepTrial, _ outcome: TrialOutcome?) -> JSONValue {
    var members = [
      JSONMember("name", .string(trial.folderName)),
      JSONMember(
        "settings",
        .object(zip(trial.settings, settingKinds).map { JSONMember($0.name, $1.json(of: $0.value)) })),
    ]
    switch outcome {
    case .finished(let figures):
      members += [
        JSONMember("state", "finished"), JSONMember("step", .integer(figures.step)),
        JSONMember("epoch", .integer(figures.epoch)), JSONMember(definition.metric, .double(figures.value)),
      ]
      if definition.metric != definition.criterion {
        members.append(JSONMember(definition.criterion, .double(figures.criterion)))
      }
    case .failed(let failure):
      members += [
        JSONMember("state", "failed"), JSONMember("exit_code", .integer(Int(failure.code.rawValue))),
        JSONMember("message", .string(failure.message)),
      ]
    case nil: members.append(JSONMember("state", "open"))
    }
    return .object(members)
  }

  /// What the values of a setting are in JSON, in all trials alike.
  private enum SettingKind {
    case whole, number, truth, text

    func json(of value: String) -> JSONValue {
      switch self {
      case .whole: .integer(Int(value)!)
      case .number: .double(Double(value)!)
      case .truth: .bool(Bool(value)!)
      case .text: .string(value)
      }
    }
  }

  private var settingKinds: [SettingKind] {
    (definition.trials.first?.settings ?? []).indices.map { index in
      let values = definition.trials.map { $0.settings[index].value }
      if values.allSatisfy({ Int($0) != nil }) { return .whole }
      if values.allSatisfy({ Double($0) != nil }) { return .number }
      return values.allSatisfy({ Bool($0) != nil }) ? .truth : .text
    }
  }

  // MARK: - sweep.svg

  var chart: BarChart {
    let bars = ranking.map { number in
      let value = outcomes[number]?.figures?.value
      return BarChart.Bar(
        label: definition.trials[number].title, value: value,
        valueText: value.map { significantDecimals($0) } ?? "")
    }
    let direction = definition.direction == .lower ? "lower is better" : "higher is better"
    return BarChart(
      title: "Sweep of \(definition.base.model.rawValue)",
      panels: [
        BarChart.Panel(
          title: "\(definition.metric), \(direction)", bars: bars, highlighted: winner == nil ? nil : 0)
      ])
  }
}
