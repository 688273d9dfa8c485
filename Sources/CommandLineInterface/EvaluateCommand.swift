import Artifacts
import Collectives
import Diagnostics
import Training

/// What `atelier evaluate` was asked for.
package struct EvaluateOptions: Sendable, Equatable {
  /// A run's folder, a checkpoint's, a folder of PNGs, or an `.npy` file.
  package var target = ""
  package var request = EvaluationRequest()
  /// As for training; nil looks where the run found its own.
  package var data: String?
  /// Threads of each rank; nil takes the cores that the ranks of this host leave each other.
  package var threads: Int?
  /// Where statistics of real images are kept; nil is the user's cache folder, "none" nowhere.
  package var cache: String?
  /// One JSON object on standard output instead of lines to read.
  package var printsJSON = false
  package var verbosity = Verbosity.normal
}

/// `atelier evaluate`.
let evaluateCommand = CommandSpecification(
  name: "evaluate", overview: "Score a trained model, or images that any program has made.",
  discussion: """
      atelier evaluate runs/00000-dense-ae --json
      atelier evaluate samples.npy --against train
      atelier evaluate folder-of-pngs --against others.npy

    A model is scored by how it rebuilds the images that it is compared with, and by
    10,000 images that it draws: Fréchet distance (FID) and kernel distance (KID) in
    the features of a frozen network, which every figure names, precision and recall,
    classifier score and classes, and the distance to the nearest training image. The
    figures are those that training gave, to the last bit, at any number of ranks.
    """,
  table: [
    .argument(
      "target", \.target, .path, .invocation,
      "A run's folder, whose last checkpoint counts, or a checkpoint's; an .npy file of images (N, height, width), "
        + "uint8 or float32 in [0, 1]; or a folder of PNG files."),
    .option(
      "against", "images", \.request.against, .path, .data, .invocation,
      "Real images to compare with: train, validation or test of the data, or another .npy file or folder of PNG "
        + "files."),
    .option(
      "data", "path", \.data, .path, .data, .invocation,
      "Folder of IDX files, plain or .gz, or an .npy file, split as for training.",
      defaultText: "the run's own; for images /usr/share/datasets/fashion-mnist, else ./data"),
    .option(
      "features", "network", \.request.features, .choice, .model, .invocation,
      "Network in whose features images are compared: the one in the program, for 28x28 pixels, or InceptionV3 with "
        + "--weights.", defaultText: "fashion-cnn-v1"),
    .option(
      "weights", "file", \.request.weights, .path, .model, .invocation,
      "Safetensors file with the weights of --features inception.", defaultText: "none"),
    .option(
      "count", "n", \.request.count, .integer(0...10_000_000), .data, .invocation,
      "Images that a model draws, and the most on either side: of more, n are taken at random. 0 compares none."
    ),
    .prior(\.request.prior),
    .option(
      "seed", "n", \.request.seed, .integer(0...UInt32.max), .data, .invocation,
      "Decides the images that a model draws.", defaultText: "the run's own"),
    .option(
      "repeat", "n", \.request.repetitions, .integer(1...1000), .data, .invocation,
      "Draw images n times, with seeds one after another, and give means and standard deviations."),
    .option(
      "iwae", "k", \.request.importanceSamples, .integer(1...1_000_000), .data, .invocation,
      "For vae and conv-vae: compute the importance-weighted bound on the likelihood as well, from k codes for each image.",
      defaultText: "none"),
    .flag("density", \.request.hasDensity, stores: true, .output, "Compute density and coverage as well."),
    .flag(
      "extrapolate", \.request.hasExtrapolation, stores: true, .output,
      "Extrapolate the Fréchet distance to infinitely many images as well."),
    .option(
      "save-features", "file", \.request.savedFeatures, .path(endingIn: [".npz"]), .output, .invocation,
      "NumPy archive to write with the images' features, their mean mu and covariance sigma.",
      defaultText: "none"),
    .option(
      "nearest", "file", \.request.nearestPicture, .path(endingIn: [".png"]), .output, .invocation,
      "Picture to draw of the first 100 images above the nearest training images.", defaultText: "none"),
    .option(
      "cache", "folder", \.cache, .path, .output, .invocation,
      "Folder that keeps statistics of real images from one command to the next; 'none' keeps none.",
      defaultText: "atelier in $XDG_CACHE_HOME or ~/.cache"),
    .threads(\.threads),
    .flag(
      "json", \.printsJSON, stores: true, .output,
      "Print one JSON object whose keys are those of metrics.jsonl."),
  ] + OptionSpecification.verbosity(\.verbosity),
  defaults: { _ throws(Failure) in EvaluateOptions() }, helpDefaults: { _ in [EvaluateOptions()] },
  body: { options, console in try evaluate(options, console) })

private func evaluate(_ options: EvaluateOptions, _ console: Console) throws -> ExitCode {
  var request = options.request
  if let cache = options.cache { request.cacheFolder = cache == "none" ? nil : cache }
  try request.requireConsistency()
  return try withProcessGroup { group in
    for file in [request.savedFeatures, request.nearestPicture] {
      if let file { try group.requireWritableFile(file) }
    }
    let report = try report(options, request, group)
    if options.printsJSON {
      console.write(report.json.compactText + "\n")
    } else {
      console.write(report.text)
    }
    if options.printsJSON { return }
    for warning in report.warnings { console.writeError("warning \(warning)\n") }
    if options.verbosity != .quiet {
      for note in report.notes { console.writeError("note    \(note)\n") }
    }
  }
}

private func report(_ options: EvaluateOptions, _ request: EvaluationRequest, _ group: ProcessGroup) throws
  -> EvaluationReport
{
  // Only rank 0 needs to see the target of a model.
  let isModel = try group.answerFromRoot(phase: "looking at the target") {
    guard FileSystem.exists(options.target) else {
      throw Failure(
        .noInput, "\(options.target) does not exist",
        help: "name a run's folder, an .npy file of images, or a folder of PNG files")
    }
    return SavedCheckpoint.isNamed(by: options.target)
  }
  guard isModel else {
    return try evaluateImages(
      options.target, request, data: options.data, group: group, threads: options.threads)
  }
  let loaded = try LoadedModel(options.target, group: group, threads: options.threads)
  return try loaded.evaluate(request, data: options.data ?? loaded.recordedData(group))
}
