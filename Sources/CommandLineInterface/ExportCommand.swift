import Artifacts
import Diagnostics
import Evaluation

/// What `atelier export` was asked for.
package struct ExportOptions: Sendable, Equatable {
  /// What can be exported.
  package enum Subject: String, Sendable, CaseIterable {
    case fashionCNN = "fashion-cnn-v1"
  }

  package enum Format: String, Sendable, CaseIterable {
    case safetensors
  }

  package var subject = Subject.fashionCNN
  package var format = Format.safetensors
  /// The file to write; nil names it after the subject.
  package var output: String?
  package var verbosity = Verbosity.normal
}

/// `atelier export`.
let exportCommand = CommandSpecification(
  name: "export", overview: "Write the weights of the feature network inside the program.",
  discussion: """
      atelier export fashion-cnn-v1 --format safetensors --out fashion-cnn-v1.safetensors

    The tensors have PyTorch's names and shapes: conv1.weight (32, 1, 3, 3) to
    dense2.bias (10). A run's own weights need no export: model.safetensors in each
    of its checkpoints is such a file.
    """,
  table: [
    .argument("subject", \.subject, .choice, .invocation, "What to write."),
    .option("format", "format", \.format, .choice, .output, .invocation, "Format of the file."),
    .option(
      "out", "file", \.output, .path(endingIn: [".safetensors"]), .output, .invocation,
      "File to write; one of that name is replaced.", defaultText: "fashion-cnn-v1.safetensors"),
  ] + OptionSpecification.verbosity(\.verbosity),
  defaults: { _ throws(Failure) in ExportOptions() }, helpDefaults: { _ in [ExportOptions()] },
  body: { options, console in try export(options, console) })

private func export(_ options: ExportOptions, _ console: Console) throws -> ExitCode {
  let path = options.output ?? "\(options.subject.rawValue).\(options.format.rawValue)"
  return try withProcessGroup { group in
    try group.decideOnRoot(phase: "writing weights") {
      try writeDurably(path, Array(FashionCNN.weights))
      if options.verbosity != .quiet {
        console.write("\(path): the weights of \(options.subject.rawValue), sha256 \(FashionCNN.sha256)\n")
      }
    }
  }
}
