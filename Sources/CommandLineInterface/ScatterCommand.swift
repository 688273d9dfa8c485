import Diagnostics
import Training

/// What `atelier scatter` was asked for.
package struct ScatterOptions: Sendable, Equatable {
  package var model = ModelOptions()
  /// Images whose codes are shown; nil stands for at most `usualCount`.
  package var count: Int?
  /// The `.svg`, `.npy` or `.csv` file to write.
  package var output = "scatter.svg"
  package var verbosity = Verbosity.normal

  static let usualCount = 5000
}

/// `atelier scatter`.
let scatterCommand = CommandSpecification(
  name: "scatter", overview: "Draw the codes of images on a plane, with a colour for each class.",
  discussion: """
      atelier scatter runs/00000-vae --split test --count 5000 --out scatter.svg

    Codes of more than two numbers are shown along the two directions in which
    they vary most (principal components).
    """,
  table: [
    .run(\.model.run),
    .splitPart(\.model.part, "Images whose codes are shown, from the first on."),
    .runData(
      \.model.data, "Other data to take them from, of the same image size and split as the run's was."),
    .option(
      "count", "n", \.count, .integer(atLeast: 2), .data, .invocation, "Images to show, the first n.",
      defaultText: "\(ScatterOptions.usualCount), or as many as there are"),
    .threads(\.model.threads),
    .option(
      "out", "file", \.output, .path(endingIn: [".svg", ".npy", ".csv"]), .output, .invocation,
      "File to write: a chart, a NumPy array (images, 2) of float32, or a table of images, labels and coordinates; one of "
        + "that name is replaced."),
  ] + OptionSpecification.verbosity(\.verbosity),
  defaults: { _ throws(Failure) in ScatterOptions() }, helpDefaults: { _ in [ScatterOptions()] },
  body: { options, console in try scatter(options, console) })

private func scatter(_ options: ScatterOptions, _ console: Console) throws -> ExitCode {
  try withProcessGroup { group in
    try group.requireWritableFile(options.output)
    let loaded = try LoadedModel(options.model.run, group: group, threads: options.model.threads)
    let images = try loaded.images(options.model, group)
    let part = options.model.part
    if let count = options.count, count > images.count {
      throw Failure(
        .usage,
        "--count \(grouped(count)) is more than the \(grouped(images.count)) images of --split \(part.rawValue)",
        help: "name at most \(grouped(images.count))")
    }
    guard images.count >= 2 else {
      throw Failure(
        .usage, "--split \(part.rawValue) has one image only, which shows no spread",
        help: "use another --split")
    }
    let scatter = try loaded.scatter(images.prefix(options.count ?? ScatterOptions.usualCount), part: part)
    try group.decideOnRoot(phase: "writing the chart") { try scatter?.write(to: options.output) }
    if let scatter, options.verbosity != .quiet {
      let share =
        scatter.explainedShare.map { ", \(decimals(100 * $0, 1)) % of their variance in two components" }
        ?? ""
      console.write(
        "\(options.output): the codes of \(grouped(scatter.count)) images (\(part.rawValue))\(share)\n")
    }
  }
}
