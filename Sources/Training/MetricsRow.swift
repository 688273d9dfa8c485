import Artifacts
import ImageData

/// A row of `metrics.jsonl`: where the run is, then values by TensorBoard-like names. It holds nothing that depends on
/// ranks, threads, host or time.
public struct MetricsRow {
  private(set) var members: [JSONMember]

  init(_ position: TrainingPosition) {
    members = [
      JSONMember("step", .integer(position.step)), JSONMember("epoch", .integer(position.epoch)),
      JSONMember("images", .integer(position.images)),
    ]
  }

  /// A row of scores, as in `test/loss`.
  init(_ position: TrainingPosition, scores: Scores, part: SplitPart) {
    self.init(position)
    for (name, value) in scores.named { add("\(part.rawValue)/\(name)", value) }
  }

  /// Values that are not finite become null.
  mutating func add(_ name: String, _ value: Double) {
    members.append(JSONMember(name, .double(value)))
  }

  func value(_ name: String) -> Double? {
    members.first { $0.name == name }?.value.doubleValue
  }

  /// The values that are not the position, by name.
  public var values: [(name: String, value: Double)] {
    members.compactMap { member in
      if case .double(let value) = member.value { (member.name, value) } else { nil }
    }
  }

  public var json: JSONValue { .object(members) }
}
