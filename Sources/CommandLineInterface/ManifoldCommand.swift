import Diagnostics
import Training

/// What `atelier manifold` was asked for.
package struct ManifoldOptions: Sendable, Equatable {
  package var model = ModelOptions()
  /// Images to a side of the grid.
  package var steps = 20
  /// The `.png` or `.npy` file to write.
  package var output = "manifold.png"
  package var verbosity = Verbosity.normal
}

/// `atelier manifold`.
let manifoldCommand = CommandSpecification(
  name: "manifold", overview: "Draw the images of all codes of a model with --latent 2, on a grid.",
  discussion: """
      atelier manifold runs/00000-vae --steps 20 --out manifold.png

    The grid has equal steps in probability: of N(0, 1) for a variational
    autoencoder, of the codes of images for any other.
    """,
  table: [
    .run(\.model.run),
    .splitPart(
      \.model.part, "Images whose codes the grid covers, from 1 % to 99 % of each number; not for a VAE."),
    .runData(
      \.model.data, "Other data to take them from, of the same image size and split as the run's was."),
    .option("steps", "n", \.steps, .integer(2...1000), .data, .invocation, "Images to a side."),
    .threads(\.model.threads),
    .option(
      "out", "file", \.output, .path(endingIn: [".png", ".npy"]), .output, .invocation,
      "File to write: a picture, or a NumPy array (rows, columns, height, width) of float32 in [0, 1]; one of that name "
        + "is replaced."),
  ] + OptionSpecification.verbosity(\.verbosity),
  defaults: { _ throws(Failure) in ManifoldOptions() }, helpDefaults: { _ in [ManifoldOptions()] },
  body: { options, console in try manifold(options, console) })

private func manifold(_ options: ManifoldOptions, _ console: Console) throws -> ExitCode {
  try withProcessGroup { group in
    try group.requireWritableFile(options.output)
    let loaded = try LoadedModel(options.model.run, group: group, threads: options.model.threads)
    let picture = try loaded.manifold(steps: options.steps, for: options.output) {
      try loaded.images(options.model, group)
    }
    try group.decideOnRoot(phase: "writing the grid") { try picture?.write(to: options.output) }
    if options.verbosity != .quiet {
      let range =
        loaded.hasNormalCodes
        ? "quantiles of N(0, 1)" : "1 % to 99 % of the codes (\(options.model.part.rawValue))"
      console.write("\(options.output): \(options.steps)x\(options.steps) images, \(range)\n")
    }
  }
}
