import Collectives
import Diagnostics
import ImageData
import Training

/// What `atelier reconstruct` was asked for.
package struct ReconstructOptions: Sendable, Equatable {
  package var model = ModelOptions()
  /// Images to rebuild, from the first on.
  package var count = 5
  /// The `.png` or `.npy` file to write.
  package var output = "reconstructions.png"
  package var verbosity = Verbosity.normal
}

/// `atelier reconstruct`.
let reconstructCommand = CommandSpecification(
  name: "reconstruct", overview: "Draw images above what a trained model makes of them.",
  discussion: """
      atelier reconstruct runs/00000-dense-ae --split test --count 5 --out recon.png
    """,
  table: [
    .run(\.model.run),
    .splitPart(\.model.part, "Images to rebuild, in the data's order."),
    .runData(\.model.data, "Other data to rebuild, of the same image size and split as the run's was."),
    .option(
      "count", "n", \.count, .integer(atLeast: 1), .data, .invocation, "Images to rebuild, the first n."),
    .threads(\.model.threads),
    .option(
      "out", "file", \.output, .path(endingIn: [".png", ".npy"]), .output, .invocation,
      "File to write: a picture of images above their reconstructions with the SSIM of each, or the reconstructions as "
        + "a NumPy array (count, height, width) of float32 in [0, 1]; one of that name is replaced."),
  ] + OptionSpecification.verbosity(\.verbosity),
  defaults: { _ throws(Failure) in ReconstructOptions() }, helpDefaults: { _ in [ReconstructOptions()] },
  body: { options, console in try reconstruct(options, console) })

private func reconstruct(_ options: ReconstructOptions, _ console: Console) throws -> ExitCode {
  try withProcessGroup { group in
    try group.requireWritableFile(options.output)
    let loaded = try LoadedModel(options.model.run, group: group, threads: options.model.threads)
    if isPicture(options.output) {
      try requirePageFits(
        count: options.count, height: loaded.height, width: loaded.width, besideReconstructions: true)
    }
    let images = try loaded.images(options.model, group)
    let part = options.model.part
    guard options.count <= images.count else {
      throw Failure(
        .usage,
        "--count \(grouped(options.count)) is more than the \(grouped(images.count)) images of --split \(part.rawValue)",
        help: "name at most \(grouped(images.count))")
    }
    let reconstructions = try loaded.reconstruct(images.prefix(options.count))
    try group.decideOnRoot(phase: "writing reconstructions") {
      guard let reconstructions else { return }
      if isPicture(options.output) {
        try writeReconstructions(reconstructions, part: part, to: options.output)
      } else {
        try writeImages(
          reconstructions.outputs, height: loaded.height, width: loaded.width, to: options.output)
      }
      if options.verbosity != .quiet {
        let score = reconstructions.meanSimilarity.map { ", ssim \(decimals($0, 4)) on average" } ?? ""
        console.write(
          "\(options.output): \(grouped(options.count)) images (\(part.rawValue)) rebuilt\(score)\n")
      }
    }
  }
}
