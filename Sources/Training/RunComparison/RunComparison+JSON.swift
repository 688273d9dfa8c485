import Artifacts

extension RunComparison {
  /// One object: what the figures are of, and under `runs` an object a run, whose figures have the keys of
  /// `metrics.jsonl` as `atelier evaluate --json` gives them. `best` names the best runs by metric. The same runs
  /// give the same bytes, so warnings about the cache are not in it.
  public var json: JSONValue {
    let best = metrics.map { metric in
      JSONMember(metric, .array(self.best(metric).map { .string(runs[$0].name) }))
    }
    return [
      "part": .string(part.rawValue), "part_images": .integer(imageCount), "data_sha256": .string(dataHash),
      "differing_settings": .array(differingSettings.map { .string($0) }),
      "runs": .array(runs.map(json)),
      "best": .object(best.filter { $0.value != .array([]) }),
      "notes": .array(sharedNotes.map { .string($0) }),
    ]
  }

  private func json(_ run: ComparedRun) -> JSONValue {
    let milliseconds = run.effort.seconds.map { ($0 * 1000).rounded() / 1000 }
    return .object(
      [
        JSONMember("run", .string(run.path)), JSONMember("name", .string(run.name)),
        JSONMember("model", .string(run.configuration.model.rawValue)),
        JSONMember("configuration", run.configuration.arithmetic),
        JSONMember("prior", run.configuration.setting("prior")),
        JSONMember("parameters", .integer(run.parameterCount)),
        JSONMember("training_seconds", milliseconds.map { .double($0) } ?? .null),
        JSONMember("ranks", run.effort.ranks.map { .integer($0) } ?? .null),
        JSONMember("threads_per_rank", run.effort.threadsPerRank.map { .integer($0) } ?? .null),
      ] + (run.report.objectValue ?? []).filter { $0.name != "warnings" })
  }
}
