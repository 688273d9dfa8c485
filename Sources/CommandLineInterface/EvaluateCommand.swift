import Artifacts
import Diagnostics
import Training

/// What `atelier evaluate` was asked for.
package struct EvaluateOptions: Sendable, Equatable {
  /// A run's folder, or a checkpoint's.
  package var target = ""
  /// A folder of IDX files; nil looks where the run found its own.
  package var data: String?
  /// Threads of each rank; nil takes the cores that the ranks of this host leave each other.
  package var threads: Int?
  /// One JSON object on standard output instead of lines to read.
  package var printsJSON = false
  package var verbosity = Verbosity.normal
}

/// `atelier evaluate`.
let evaluateCommand = CommandSpecification(
  name: "evaluate", overview: "Compute the losses and metrics of a run's model.",
  discussion: """
      atelier evaluate runs/00000-dense-ae --json

    The figures are those that training gave, to the last bit.
    """,
  table: [
    .argument(
      "target", \.target, .path, .invocation,
      "A run's folder, whose last checkpoint counts, or a checkpoint's."),
    .option(
      "data", "path", \.data, .path, .data, .invocation, "Folder of IDX files, plain or .gz.",
      defaultText: "where the run found its own"),
    .option(
      "threads", "n", \.threads, .integer(1...1024), .parallelism, .invocation, "Threads of each rank.",
      defaultText: "this host's cores, divided among its ranks"),
    .flag(
      "json", \.printsJSON, stores: true, .output,
      "Print one JSON object whose keys are those of metrics.jsonl."),
  ] + OptionSpecification.verbosity(\.verbosity),
  defaults: { _ throws(Failure) in EvaluateOptions() }, helpDefaults: { _ in [EvaluateOptions()] },
  body: { options, console in try evaluate(options, console) })

private func evaluate(_ options: EvaluateOptions, _ console: Console) throws -> ExitCode {
  try withProcessGroup { group in
    let loaded = try LoadedModel(options.target, group: group, threads: options.threads)
    let row = try loaded.evaluate(data: options.data ?? loaded.recordedData(group))
    if options.printsJSON {
      console.write(row.json.compactText + "\n")
    } else {
      let width = row.values.map(\.name.count).max() ?? 0
      for (name, value) in row.values {
        let padding = String(repeating: " ", count: width - name.count)
        console.write("\(name)\(padding)  \(decimals(value, 6))\n")
      }
    }
  }
}
