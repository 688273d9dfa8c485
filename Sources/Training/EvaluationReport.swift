import Artifacts
import Evaluation

/// What `atelier evaluate` found out.
public struct EvaluationReport {
  /// Where the run is, if the target is one: step, epoch, images.
  var position: [JSONMember] = []
  /// By the keys of `metrics.jsonl`, in order.
  var values: [(key: String, value: Double)] = []
  /// Of reconstructions, class by class.
  var classes: [ClassRow] = []
  /// How figures of generated images came about: sets, counts, seeds, network.
  var comparison: [JSONMember] = []
  /// Why a figure is absent or can't be trusted, a line each.
  public var warnings: [String] = []
  /// What else people should know, a line each.
  public var notes: [String] = []

  struct ClassRow {
    let label: Int
    let count: Int
    let scores: Scores
  }

  init() {}

  mutating func add(_ scores: [(name: String, value: Double)], prefix: String) {
    values += scores.map { ("\(prefix)/\($0.name)", $0.value) }
  }

  /// One object: the figures by the keys of `metrics.jsonl`; those of classes under `classes`, and what generated images
  /// were compared with under `comparison`.
  public var json: JSONValue {
    var members = position + values.map { JSONMember($0.key, .double($0.value)) }
    if !classes.isEmpty {
      let rows = classes.map { row in
        JSONValue.object(
          [JSONMember("class", .integer(row.label)), JSONMember("images", .integer(row.count))]
            + row.scores.named.map { JSONMember($0.name, .double($0.value)) })
      }
      members.append(JSONMember("classes", .array(rows)))
    }
    if !comparison.isEmpty { members.append(JSONMember("comparison", .object(comparison))) }
    if !warnings.isEmpty { members.append(JSONMember("warnings", .array(warnings.map { .string($0) }))) }
    if !notes.isEmpty { members.append(JSONMember("notes", .array(notes.map { .string($0) }))) }
    return .object(members)
  }

  /// For people: a figure a line, then a table of classes.
  public var text: String {
    let width = values.map(\.key.count).max() ?? 0
    func left(_ text: String, _ width: Int) -> String {
      text + String(repeating: " ", count: max(0, width - text.count))
    }
    var lines: [String] = []
    var shares: [Double] = []
    for (index, (key, value)) in values.enumerated() {
      guard let label = key.firstRange(of: "/class_share_") else {
        lines.append("\(left(key, width))  \(significantDecimals(value))")
        continue
      }
      // All classes in one line.
      shares.append(value)
      let isLast = index + 1 == values.count || !values[index + 1].key.contains("/class_share_")
      guard isLast else { continue }
      let name = key[..<label.lowerBound] + "/class_share" + key[key.firstIndex(of: "[")!...]
      lines.append(
        "\(left(String(name), width))  \(shares.map { decimals($0, 3) }.joined(separator: " "))")
    }
    if let prior = comparison.first(where: { $0.name == "prior" })?.value.stringValue {
      lines.append("\(left("prior of the generated images", width))  \(prior)")
    }
    if let first = classes.first {
      let columns = first.scores.named.map(\.name)
      lines += ["", "class  images" + columns.map { "  " + rightAligned($0, max(9, $0.count)) }.joined()]
      for row in classes {
        let cells = row.scores.named.map { name, value in
          "  " + rightAligned(decimals(value, name == "psnr" ? 3 : 6), max(9, name.count))
        }
        lines.append(rightAligned("\(row.label)", 5) + rightAligned(grouped(row.count), 8) + cells.joined())
      }
    }
    return lines.joined(separator: "\n") + "\n"
  }
}
