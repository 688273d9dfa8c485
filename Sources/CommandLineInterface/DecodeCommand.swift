import Diagnostics
import Training

/// What `atelier decode` was asked for.
package struct DecodeOptions: Sendable, Equatable {
  /// A run's folder, or a checkpoint's.
  package var run = ""
  /// The `.npy` file to read.
  package var codes = "codes.npy"
  /// The `.npy` or `.png` file to write.
  package var output = "images.npy"
  package var threads: Int?
  package var verbosity = Verbosity.normal
}

/// `atelier decode`.
let decodeCommand = CommandSpecification(
  name: "decode", overview: "Write the images that a trained model makes of codes.",
  discussion: """
      atelier decode runs/00000-dense-ae --codes codes.npy --out images.npy
    """,
  table: [
    .run(\.run),
    .option(
      "codes", "file", \.codes, .path, .data, .invocation,
      "NumPy array (images, latent) of float32, as 'atelier encode' writes it."),
    .threads(\.threads),
    .option(
      "out", "file", \.output, .path(endingIn: [".npy", ".png"]), .output, .invocation,
      "File to write, a NumPy array (images, height, width) of float32 in [0, 1], or a picture; one of that name is "
        + "replaced."),
  ] + OptionSpecification.verbosity(\.verbosity),
  defaults: { _ throws(Failure) in DecodeOptions() }, helpDefaults: { _ in [DecodeOptions()] },
  body: { options, console in try decode(options, console) })

private func decode(_ options: DecodeOptions, _ console: Console) throws -> ExitCode {
  try withProcessGroup { group in
    try group.requireWritableFile(options.output)
    let loaded = try LoadedModel(options.run, group: group, threads: options.threads)
    let (count, images) = try loaded.decode(codesIn: options.codes)
    if isPicture(options.output) {
      try requirePageFits(count: count, height: loaded.height, width: loaded.width)
    }
    try group.decideOnRoot(phase: "writing images") {
      try writeImages(images, height: loaded.height, width: loaded.width, to: options.output)
    }
    if options.verbosity != .quiet {
      console.write("\(options.output): \(grouped(count)) images of \(loaded.height)x\(loaded.width)\n")
    }
  }
}
