import Diagnostics
import Training

/// What `atelier sample` was asked for.
package struct SampleOptions: Sendable, Equatable {
  /// A run's folder, or a checkpoint's.
  package var run = ""
  /// Images to generate.
  package var count = 100
  /// The `.npy` or `.png` file to write.
  package var output = "samples.npy"
  package var seed: UInt32 = 0
  /// The class of all images; nil has every class in turn, where the run has classes.
  package var onlyClass: Int?
  /// What the codes are drawn from; nil takes what the run was trained with.
  package var prior: CodePrior?
  /// As for training; nil stands for the run's own.
  package var data: String?
  package var verbosity = Verbosity.normal
}

/// `atelier sample`.
let sampleCommand = CommandSpecification(
  name: "sample", overview: "Draw images from a trained decoder or generator.",
  discussion: """
      atelier sample runs/00000-dense-ae --count 100 --out samples.npy
      atelier sample runs/00001-dcgan --class 3 --count 25 --out dresses.png
    """,
  table: [
    .run(\.run),
    .option(
      "count", "n", \.count, .integer(1...10_000_000), .output, .invocation, "Images to draw."),
    .option(
      "seed", "n", \.seed, .integer(0...UInt32.max), .output, .invocation,
      "Decides the codes; image i is the same whatever the count is."),
    .option(
      "class", "n", \.onlyClass, .integer(0...255), .output, .invocation,
      "Draws images of one class only, from a run with --conditional.",
      defaultText: "image i is of class i modulo their number"),
    .prior(\.prior),
    .runData(\.data, "Data that the run was trained on, for a --prior that is not in the checkpoint."),
    .option(
      "out", "file", \.output, .path(endingIn: [".npy", ".png"]), .output, .invocation,
      "File to write, a NumPy array (count, height, width) of float32 in [0, 1], or a picture; one of that name is "
        + "replaced."),
  ] + OptionSpecification.verbosity(\.verbosity),
  defaults: { _ throws(Failure) in SampleOptions() }, helpDefaults: { _ in [SampleOptions()] },
  body: { options, console in try sample(options, console) })

private func sample(_ options: SampleOptions, _ console: Console) throws -> ExitCode {
  try withProcessGroup { group in
    try group.requireWritableFile(options.output)
    let loaded = try LoadedModel(options.run, group: group, threads: nil)
    if isPicture(options.output) {
      try requirePageFits(count: options.count, height: loaded.height, width: loaded.width)
    }
    let images = try loaded.generate(
      count: options.count, seed: options.seed, prior: options.prior,
      data: options.data ?? loaded.recordedData(group), onlyClass: options.onlyClass)
    try group.decideOnRoot(phase: "writing samples") {
      try writeImages(images, height: loaded.height, width: loaded.width, to: options.output)
    }
    if options.verbosity != .quiet {
      console.write("\(options.output): \(options.count) images of \(loaded.height)x\(loaded.width)\n")
    }
  }
}
