/// The results as a table: for the terminal, and in `sweep.md`.
extension SweepResults {
  /// The head, then a row a trial from the best on: number, settings, figures, and what is to be said of it.
  private var rows: [[String]] {
    let names = definition.trials.first?.settings.map(\.name) ?? []
    let showsCriterion = definition.metric != definition.criterion
    let head =
      ["trial"] + names + [definition.metric] + (showsCriterion ? [definition.criterion] : []) + [
        "epoch", "",
      ]
    let best = winner?.number
    return [head]
      + ranking.map { number in
        let trial = definition.trials[number]
        var row = [padded(number, 3)] + trial.settings.map(\.value)
        switch outcomes[number] {
        case .finished(let figures):
          row.append(significantDecimals(figures.value))
          if showsCriterion { row.append(significantDecimals(figures.criterion)) }
          row += ["\(figures.epoch)", number == best ? "best" : ""]
        case .failed(let failure):
          row += Array(repeating: "-", count: showsCriterion ? 3 : 2) + ["failed: \(failure.message)"]
        case nil:
          row += Array(repeating: "-", count: showsCriterion ? 3 : 2) + ["not finished"]
        }
        return row
      }
  }

  /// In columns, each as wide as it has to be.
  var text: String {
    let rows = rows
    let widths = rows[0].indices.map { column in rows.map { $0[column].count }.max()! }
    let lines = rows.map { row in
      let cells = row.indices.map { column in
        column == row.count - 1 ? row[column] : rightAligned(row[column], widths[column])
      }
      let line = cells.joined(separator: "  ")
      return String(line.reversed().drop { $0 == " " }.reversed())
    }
    return lines.joined(separator: "\n")
  }

  /// `sweep.md`.
  var markdown: String {
    let rows = rows
    func line(_ cells: [String]) -> String { "| \(cells.joined(separator: " | ")) |" }
    let escaped = rows.map { row in
      row.map { cell in String(cell.flatMap { $0 == "|" ? Array("\\|") : $0 == "\n" ? [" "] : [$0] }) }
    }
    let body = escaped.dropFirst().map { row in
      row.last == "best" ? row.map { $0.isEmpty ? $0 : "**\($0)**" } : row
    }
    let rule = rows[0].indices.map { $0 == rows[0].count - 1 ? "---" : "---:" }
    let isLower = definition.direction == .lower
    let lines =
      [
        "# Sweep of \(definition.base.model.rawValue)", "",
        "\(counted(definition.trials.count, "trial")), the \(isLower ? "lowest" : "highest") `\(definition.metric)` first. "
          + "A trial's figures are those of its checkpoint `best`, which has its least `\(definition.criterion)`.",
        "",
        line(escaped[0]), line(rule),
      ] + body.map(line) + ["", "![\(definition.metric) by trial](sweep.svg)"]
    return lines.joined(separator: "\n") + "\n"
  }
}
