import Collectives
import Diagnostics
import Training

/// What `atelier compare` was asked for.
package struct CompareOptions: Sendable, Equatable {
  package var request = RunComparisonRequest()
  /// As for training; nil looks where each run found its own.
  package var data: String?
  /// Threads of each rank; nil takes the cores that the ranks of this host leave each other.
  package var threads: Int?
  /// Where statistics of real images are kept; nil is the user's cache folder, "none" nowhere.
  package var cache: String?
  /// The folder to write.
  package var output = "comparison"
  /// One JSON object on standard output instead of a table.
  package var printsJSON = false
  package var verbosity = Verbosity.normal
}

/// `atelier compare`.
let compareCommand = CommandSpecification(
  name: "compare", overview: "Score trained models side by side: table, bars and pictures.",
  discussion: """
      atelier compare runs/00000-dense-ae runs/00001-vae --out ae-against-vae

    Every model is scored anew on the same images, as evaluate does. The table has
    the settings in which the runs differ, parameters, epochs, training time and
    figures, the best marked; the picture has the first images, what each model
    makes of them, and images drawn from each.
    """,
  table: [
    .arguments(
      "run", \.request.runs, .path,
      "Runs' folders, whose last checkpoints count, or checkpoints'; all trained on the same data."),
    .option(
      "against", "part", \.request.part, .choice, .data, .invocation,
      "Images of the data to rebuild and to compare drawn ones with."),
    .option(
      "data", "path", \.data, .path, .data, .invocation,
      "Folder of IDX files, plain or .gz, or an .npy file, split as for training.",
      defaultText: "each run's own"),
    .option(
      "features", "network", \.request.evaluation.features, .choice, .model, .invocation,
      "Network in whose features images are compared, as for evaluate.", defaultText: "fashion-cnn-v1"),
    .option(
      "weights", "file", \.request.evaluation.weights, .path, .model, .invocation,
      "Safetensors file with the weights of --features inception.", defaultText: "none"),
    .option(
      "count", "n", \.request.evaluation.count, .integer(0...10_000_000), .data, .invocation,
      "Images drawn from each model for its figures, and the most on either side; 0 leaves these figures out."
    ),
    .option(
      "images", "n", \.request.pictureCount, .integer(0...100), .output, .invocation,
      "Images of each model in the picture, the first n; 0 leaves the picture out."),
    .option(
      "cache", "folder", \.cache, .path, .output, .invocation,
      "Folder that keeps statistics of real images from one command to the next; 'none' keeps none.",
      defaultText: "atelier in $XDG_CACHE_HOME or ~/.cache"),
    .threads(\.threads),
    .option(
      "out", "folder", \.output, .path, .output, .invocation,
      "Folder to write comparison.md, .json, .svg and .png in; files of these names are replaced."),
    .flag("json", \.printsJSON, stores: true, .output, "Print the content of comparison.json as one line."),
  ] + OptionSpecification.verbosity(\.verbosity),
  defaults: { _ throws(Failure) in CompareOptions() }, helpDefaults: { _ in [CompareOptions()] },
  body: { options, console in try compare(options, console) })

private func compare(_ options: CompareOptions, _ console: Console) throws -> ExitCode {
  var request = options.request
  if let cache = options.cache { request.evaluation.cacheFolder = cache == "none" ? nil : cache }
  try request.evaluation.requireConsistency()
  return try withProcessGroup { group in
    let folder = RunComparisonFolder(options.output)
    try group.decideOnRoot(phase: "looking at the output's place") { try folder.requireWritable() }
    let comparison = try compareRuns(request, group: group, threads: options.threads) { loaded in
      try options.data ?? loaded.recordedData(group)
    }
    try group.decideOnRoot(phase: "writing the comparison") {
      guard let comparison else { return }
      let files = try folder.write(comparison)
      if options.printsJSON {
        console.write(comparison.json.compactText + "\n")
        return
      }
      console.write(comparison.text(width: console.width))
      for warning in comparison.warnings { console.writeError("warning \(warning)\n") }
      if options.verbosity != .quiet {
        for note in comparison.notes { console.writeError("note    \(note)\n") }
        console.write("\n\(files.joined(separator: "  "))\n")
      }
    }
  }
}
