import Artifacts
import Collectives
import Diagnostics
import ImageData
import Training

/// What the commands that show images to a trained model have in common.
package struct ModelOptions: Sendable, Equatable {
  /// A run's folder, or a checkpoint's.
  package var run = ""
  /// As for training; nil stands for the run's own.
  package var data: String?
  package var part = SplitPart.test
  /// Threads of each rank; nil takes the cores that the ranks of this host leave each other.
  package var threads: Int?
}

extension OptionSpecification {
  /// `<run>`.
  static func run(_ property: WritableKeyPath<Target, String> & Sendable) -> OptionSpecification {
    .argument(
      "run", property, .path, .invocation, "A run's folder, whose last checkpoint counts, or a checkpoint's.")
  }

  /// `--data` of a command that goes without it.
  static func runData(_ property: WritableKeyPath<Target, String?> & Sendable, _ help: String)
    -> OptionSpecification
  {
    .option("data", "path", property, .path, .data, .invocation, help, defaultText: "the run's own")
  }

  /// `--split`.
  static func splitPart(_ property: WritableKeyPath<Target, SplitPart> & Sendable, _ help: String)
    -> OptionSpecification
  {
    .option("split", "part", property, .choice, .data, .invocation, help)
  }

  /// `--prior` of a command that draws images from a trained model.
  static func prior(_ property: WritableKeyPath<Target, CodePrior?> & Sendable) -> OptionSpecification {
    .option(
      "prior", "distribution", property, .prior, .model, .invocation,
      "What the codes of generated images are drawn from: normal, gaussian or mixture:<n>, fitted to the training "
        + "images' codes where the checkpoint does not have it.", defaultText: "the run's own")
  }

  /// `--threads`.
  static func threads(_ property: WritableKeyPath<Target, Int?> & Sendable) -> OptionSpecification {
    .option(
      "threads", "n", property, .integer(1...1024), .parallelism, .invocation, "Threads of each rank.",
      defaultText: "this host's cores, divided among its ranks")
  }
}

extension LoadedModel {
  /// Where the run found its data, by its `config.toml`; nil where it names no place, or the checkpoint stands alone. A
  /// collective call.
  func recordedData(_ group: ProcessGroup) throws -> String? {
    var path = ""
    try group.decideOnRoot(phase: "reading the configuration") {
      let file = RunFolder(containing: checkpoint!).configuration
      guard FileSystem.exists(file) else { return }
      let text = String(decoding: try FileSystem.read(file), as: UTF8.self)
      path = try RunOptions.configuration(from: text, path: file).data ?? ""
    }
    path = group.broadcast(path, phase: "reading the configuration")
    return path.isEmpty ? nil : path
  }

  /// The images that the options name.
  func images(_ options: ModelOptions, _ group: ProcessGroup) throws -> ImageDataset {
    try images(
      of: options.part, data: options.data ?? recordedData(group), requiresOwnData: options.data == nil)
  }
}
