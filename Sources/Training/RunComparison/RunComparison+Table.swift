/// The table for people: a column a run, a row a property or figure.
extension RunComparison {
  struct Row: Equatable {
    let label: String
    let cells: [String]
    /// The cells that are the best.
    var best: [Int] = []
  }

  /// What the runs are, what training took, and their figures.
  var rows: [Row] {
    func row(_ label: String, _ cell: (ComparedRun) -> String) -> Row {
      Row(label: label, cells: runs.map(cell))
    }
    var rows = [row("model") { $0.configuration.model.rawValue }]
    for setting in differingSettings {
      rows.append(row(setting) { $0.configuration.settingText(setting) ?? "-" })
    }
    rows += [
      row("parameters") { grouped($0.parameterCount) }, row("epochs") { grouped($0.epoch) },
      row("steps") { grouped($0.step) },
      row("training time") { $0.effort.timeText },
      row("ranks x threads") { $0.effort.placesText },
    ]
    for metric in metrics {
      let arrow = direction(metric) == .higher ? "↑" : "↓"
      rows.append(
        Row(label: "\(Self.title(of: metric)) \(arrow)", cells: texts(metric), best: best(metric)))
    }
    return rows
  }

  private static let legend = "↑: higher is better, ↓: lower is better"

  /// Lines of at most `width` columns, as long as a run's column fits: of more runs than fit, the others follow in tables
  /// of their own. Stars mark the best.
  public func text(width: Int) -> String {
    let rows = rows
    let labelWidth = rows.map(\.label.count).max()!
    let columnWidths = runs.indices.map { run in
      rows.map { $0.cells[run].count }.reduce(runs[run].name.count, max)
    }
    var blocks: [String] = []
    var next = 0
    while next < runs.count {
      let first = next
      var total = labelWidth
      repeat {
        total += columnWidths[next] + 3
        next += 1
      } while next < runs.count && total + columnWidths[next] + 3 <= width
      func line(_ label: String, _ cell: (Int) -> (text: String, isBest: Bool)) -> String {
        let cells = (first..<next).map { run in
          let (text, isBest) = cell(run)
          return "  " + rightAligned(text, columnWidths[run]) + (isBest ? "*" : " ")
        }
        let text = label + String(repeating: " ", count: labelWidth - label.count) + cells.joined()
        return String(text.reversed().drop { $0 == " " }.reversed())
      }
      let lines =
        [line("") { (runs[$0].name, false) }]
        + rows.map { row in line(row.label) { (row.cells[$0], row.best.contains($0)) } }
      blocks.append(lines.joined(separator: "\n"))
    }
    let hasBest = rows.contains { !$0.best.isEmpty }
    blocks.append("\(scope)\n\(hasBest ? "*: the best; " : "")\(Self.legend)")
    return blocks.joined(separator: "\n\n") + "\n"
  }

  /// The same for documents, the best in bold.
  ///
  /// - Parameters:
  ///   - chart: the name of the chart beside it.
  ///   - picture: that of the pictures; nil where there are none.
  package func markdown(chart: String, picture: String?) -> String {
    func line(_ cells: [String]) -> String { "| " + cells.joined(separator: " | ") + " |" }
    func cell(_ text: String) -> String { text.map { $0 == "|" ? "\\|" : String($0) }.joined() }
    let title = runs.count == 1 ? runs[0].name : "Comparison of \(runs.count) runs"
    var lines = ["# \(title)", "", scope, ""]
    lines.append(line([""] + runs.map { cell($0.name) }))
    lines.append(line(["---"] + runs.map { _ in "--:" }))
    for row in rows {
      let cells = row.cells.enumerated().map { index, text in
        row.best.contains(index) ? "**\(cell(text))**" : cell(text)
      }
      lines.append(line([cell(row.label)] + cells))
    }
    lines += [
      "", rows.contains { !$0.best.isEmpty } ? "Bold: the best of a row; \(Self.legend)." : "\(Self.legend).",
    ]
    if !notes.isEmpty { lines += [""] + notes.map { "- \($0)" } }
    lines += ["", "![Bars of the main figures](\(chart))"]
    if let picture {
      lines += [
        "",
        "![The first \(part.rawValue) images, what each model makes of them, and images drawn from each](\(picture))",
      ]
    }
    return lines.joined(separator: "\n") + "\n"
  }
}

extension TrainingEffort {
  /// `7.5 s`, `2:05`.
  fileprivate var timeText: String {
    guard let seconds else { return "-" }
    return seconds < 60 ? "\(decimals(seconds, 1)) s" : duration(seconds)
  }

  /// `2 x 1` for two ranks of one thread.
  fileprivate var placesText: String {
    guard let ranks, let threadsPerRank else { return "-" }
    return "\(ranks) x \(threadsPerRank)"
  }
}
