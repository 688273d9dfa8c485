import Artifacts
import Diagnostics
import Training

/// `atelier bench layers`: a table for people, or one JSON object.
func benchLayers(_ options: BenchOptions, _ console: Console) throws -> ExitCode {
  try withProcessGroup { group in
    let benchmark = try LayerBenchmark.run(
      configuration: options.configuration, seconds: Double(options.seconds), weights: options.weights,
      group: group)
    console.write(
      options.printsJSON
        ? benchmark.json(options.configuration).compactText + "\n" : benchmark.table(options.configuration))
  }
}

extension LayerBenchmark {
  /// A line for each product of each layer.
  fileprivate func table(_ configuration: RunConfiguration) -> String {
    let heading =
      "\(configuration.model.rawValue), batch \(configuration.batch), \(configuration.shards) shards, "
      + "\(threads) \(threads == 1 ? "thread" : "threads"); peak \(decimals(peak / 1e9, 1)) GFLOP/s\n"
    var lines = [["layer", "pass", "GFLOP", "ms", "GFLOP/s", "of peak", "of all"]]
    for row in rows {
      for (name, seconds) in row.passes {
        guard let seconds else { continue }
        let rate = row.operations.map { $0 / seconds }
        lines.append([
          row.name, name, row.operations.map { decimals($0 / 1e9, 3) } ?? "", decimals(seconds * 1000, 3),
          rate.map { decimals($0 / 1e9, 1) } ?? "", rate.map { percent($0 / peak) } ?? "",
          percent(seconds / self.seconds),
        ])
      }
    }
    let operations = rows.reduce(0) { $0 + $1.totalOperations }
    lines.append([
      "all", "", decimals(operations / 1e9, 3), decimals(seconds * 1000, 3),
      decimals(operations / seconds / 1e9, 1), percent(operations / seconds / peak), percent(1),
    ])
    return heading + alignedColumns(lines, leftAligned: 2)
  }

  fileprivate func json(_ configuration: RunConfiguration) -> JSONValue {
    let layers = rows.map { row -> JSONValue in
      .object(
        [
          JSONMember("name", .string(row.name)),
          JSONMember("gflop", row.operations.map { .double($0 / 1e9) } ?? .null),
        ]
          + row.passes.map { name, seconds in
            let key = name.split(separator: " ").joined(separator: "_")
            guard let seconds else { return JSONMember(key, .null) }
            let rate = row.operations.map { $0 / seconds }
            return JSONMember(
              key,
              [
                "ms": .double(seconds * 1000), "gflops": rate.map { .double($0 / 1e9) } ?? .null,
                "of_peak": rate.map { .double($0 / peak) } ?? .null,
                "of_all": .double(seconds / self.seconds),
              ])
          })
    }
    return [
      "model": .string(configuration.model.rawValue), "batch": .integer(configuration.batch),
      "shards": .integer(configuration.shards), "threads": .integer(threads),
      "peak_gflops": .double(peak / 1e9), "ms": .double(seconds * 1000), "layers": .array(layers),
      "versions": ["atelier": .string(Program.version)],
    ]
  }
}

extension LayerBenchmark.Row {
  fileprivate var passes: [(name: String, seconds: Double?)] {
    [("forward", forward), ("input gradient", inputGradient), ("weight gradient", weightGradient)]
  }

  /// Of the passes that are made.
  fileprivate var totalOperations: Double {
    Double(passes.count { $0.seconds != nil }) * (operations ?? 0)
  }
}

private func percent(_ part: Double) -> String { decimals(part * 100, 1) + " %" }

/// Rows of cells as text, columns two spaces apart, the first of them aligned to the left and all others to the right.
func alignedColumns(_ rows: [[String]], leftAligned: Int) -> String {
  let widths = rows[0].indices.map { column in rows.map { $0[column].count }.max()! }
  return rows.map { row in
    let cells = zip(row, widths).enumerated().map { column, cell in
      let padding = String(repeating: " ", count: cell.1 - cell.0.count)
      return column < leftAligned ? cell.0 + padding : padding + cell.0
    }
    return cells.joined(separator: "  ") + "\n"
  }.joined()
}
