import Diagnostics
import Training

/// What `atelier traverse` was asked for.
package struct TraverseOptions: Sendable, Equatable {
  package var model = ModelOptions()
  package var traversal = TraversalRequest()
  /// The `.png` or `.npy` file to write.
  package var output = "traversal.png"
  package var verbosity = Verbosity.normal
}

/// `atelier traverse`.
let traverseCommand = CommandSpecification(
  name: "traverse", overview: "Draw what each number of a code does to the image.",
  discussion: """
      atelier traverse runs/00000-vae --image 7 --dimensions 0,3,12 --out traversal.png
    """,
  table: [
    .run(\.model.run),
    .splitPart(\.model.part, "Images whose codes say how far each number varies."),
    .runData(
      \.model.data, "Other data to take images from, of the same image size and split as the run's was."),
    .option(
      "image", "i", \.traversal.image, .integer(0...Int(Int32.max)), .data, .invocation,
      "The image whose code is changed, by its number in the part.", defaultText: "the mean of all codes"),
    .option(
      "dimensions", "d,...", \.traversal.dimensions, .integers(atLeast: 0), .data, .invocation,
      "Numbers of the code to change, one a row, from 0 on.", defaultText: "those that vary most, at most 10"),
    .option(
      "range", "k", \.traversal.range, .number(upTo: 100), .data, .invocation,
      "How far to each side, in standard deviations of that number over the part's codes."),
    .option("steps", "n", \.traversal.steps, .integer(2...1000), .data, .invocation, "Images in a row."),
    .threads(\.model.threads),
    .option(
      "out", "file", \.output, .path(endingIn: [".png", ".npy"]), .output, .invocation,
      "File to write: a picture, or a NumPy array (rows, steps, height, width) of float32 in [0, 1]; one of that name is "
        + "replaced."),
  ] + OptionSpecification.verbosity(\.verbosity),
  defaults: { _ throws(Failure) in TraverseOptions() }, helpDefaults: { _ in [TraverseOptions()] },
  body: { options, console in try traverse(options, console) })

private func traverse(_ options: TraverseOptions, _ console: Console) throws -> ExitCode {
  if options.traversal.dimensions == [] {
    throw Failure(
      .usage, "--dimensions can't be none",
      help: "name at least one, or leave --dimensions out for those that vary most")
  }
  return try withProcessGroup { group in
    try group.requireWritableFile(options.output)
    let loaded = try LoadedModel(options.model.run, group: group, threads: options.model.threads)
    let images = try loaded.images(options.model, group)
    let part = options.model.part
    let result = try loaded.traverse(images, part: part, options.traversal, for: options.output)
    try group.decideOnRoot(phase: "writing the traversal") { try result?.picture.write(to: options.output) }
    if let result, options.verbosity != .quiet {
      let base =
        options.traversal.image.map { "\(part.rawValue) image \($0)" } ?? "the mean code (\(part.rawValue))"
      let dimensions = result.dimensions.map(String.init).joined(separator: ", ")
      console.write("\(options.output): dimensions \(dimensions) around \(base)\n")
    }
  }
}
