import Artifacts
import Diagnostics
import Training

/// What `atelier data` was asked for.
package struct DataOptions: Sendable, Equatable {
  package var configuration = RunConfiguration.defaults(for: .denseAutoencoder)
  package var epoch = 0
  /// One JSON object on standard output instead of lines to read.
  package var printsJSON = false
  package var verbosity = Verbosity.normal

  /// The options of a run that decide which images it takes, and when.
  static let ofRuns = ["data", "split", "validation", "limit", "seed", "batch", "shards"]
}

/// `atelier data`.
let dataCommand = CommandSpecification(
  name: "data", overview: "Describe a data set: sizes, splits, classes, order and shards.",
  discussion: """
      atelier data --split 80-10-10 --seed 7 --epoch 3
    """,
  table: RunOptions.table.filter { DataOptions.ofRuns.contains($0.description.name) }
    .map { $0.lifted(through: \DataOptions.configuration) }
    + [
      .option(
        "epoch", "n", \.epoch, .integer(0...Int(UInt32.max)), .data, .invocation,
        "Epoch to show the order of, from 0."),
      .flag("json", \.printsJSON, stores: true, .output, "Print one JSON object."),
    ] + OptionSpecification.verbosity(\.verbosity),
  defaults: { _ throws(Failure) in DataOptions() }, helpDefaults: { _ in [DataOptions()] },
  body: { options, console in
    try withProcessGroup { group in
      let description = try DataDescription(options.configuration, epoch: options.epoch, group: group)
      console.write(options.printsJSON ? description.json.compactText + "\n" : description.text)
    }
  })
