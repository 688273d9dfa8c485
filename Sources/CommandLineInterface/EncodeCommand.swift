import Artifacts
import Diagnostics
import Training

/// What `atelier encode` was asked for.
package struct EncodeOptions: Sendable, Equatable {
  package var model = ModelOptions()
  /// The `.npy` file to write.
  package var output = "codes.npy"
  /// One JSON object on standard output instead of lines to read.
  package var printsJSON = false
  package var verbosity = Verbosity.normal
}

/// `atelier encode`.
let encodeCommand = CommandSpecification(
  name: "encode", overview: "Write the codes that a trained model gives images.",
  discussion: """
      atelier encode runs/00000-dense-ae --split test --out codes.npy
    """,
  table: [
    .run(\.model.run),
    .splitPart(\.model.part, "Images to encode, in the data's order."),
    .runData(\.model.data, "Other data to encode, of the same image size and split as the run's was."),
    .threads(\.model.threads),
    .option(
      "out", "file", \.output, .path(endingIn: [".npy"]), .output, .invocation,
      "File to write, a NumPy array (images, latent) of float32; one of that name is replaced."),
    .flag(
      "json", \.printsJSON, stores: true, .output,
      "Print sizes, ratios and the range of the codes as one JSON object."),
  ] + OptionSpecification.verbosity(\.verbosity),
  defaults: { _ throws(Failure) in EncodeOptions() }, helpDefaults: { _ in [EncodeOptions()] },
  body: { options, console in try encode(options, console) })

private func encode(_ options: EncodeOptions, _ console: Console) throws -> ExitCode {
  try withProcessGroup { group in
    try group.requireWritableFile(options.output)
    let loaded = try LoadedModel(options.model.run, group: group, threads: options.model.threads)
    let codes = try loaded.encode(loaded.images(options.model, group))
    try group.decideOnRoot(phase: "writing codes") {
      try writeCodes(codes, latentDimension: loaded.latentDimension, to: options.output)
      let statistics = CodeStatistics(
        codes, latentDimension: loaded.latentDimension, pixels: loaded.height * loaded.width)
      let part = options.model.part.rawValue
      if options.printsJSON {
        let members = [JSONMember("split", .string(part))] + statistics.json.objectValue!
        console.write(JSONValue.object(members).compactText + "\n")
      } else if options.verbosity != .quiet {
        console.write(
          "\(options.output): the codes of \(grouped(statistics.count)) images (\(part))\n\(statistics.text)\n"
        )
      }
    }
  }
}
