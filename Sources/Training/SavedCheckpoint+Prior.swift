import Artifacts
import Diagnostics
import Evaluation

/// The prior in a checkpoint: `prior.safetensors`, whose metadata has its name under `prior`. A run adds it to the
/// checkpoint that its samples come from once it is done.
extension SavedCheckpoint {
  static let priorFile = "prior.safetensors"

  /// The prior that the run was asked for when it was saved.
  var priorName: CodePrior { state["prior"]?.stringValue.flatMap { CodePrior($0) } ?? .normal }

  /// What `state.json` has to hold to name a prior; nil where it does already.
  func state(naming prior: CodePrior?) -> JSONValue? {
    guard state["prior"]?.stringValue != prior?.text, var members = state.objectValue,
      let place = members.firstIndex(where: { $0.name == "prior" })
    else { return nil }
    members[place] = JSONMember("prior", prior.map { .string($0.text) } ?? .null)
    return .object(members)
  }

  /// The bytes of the file; none where there is none.
  func priorContent() throws -> [UInt8] {
    let path = CheckpointFolder(path).path(Self.priorFile)
    return FileSystem.exists(path) ? try FileSystem.read(path) : []
  }
}

extension FittedPrior {
  private static let key = "prior"

  /// The prior that a checkpoint's file holds.
  ///
  /// - Throws: `Failure` 65 where the file holds no mixture of codes of that dimension.
  init(fileContent: [UInt8], latentDimension: Int) throws {
    let name = SavedCheckpoint.priorFile
    let file = try SafeTensorsFile(parsing: fileContent, path: name)
    let mixture = try GaussianMixture(tensors: file)
    let prior = file.metadata.first { $0.key == Self.key }.flatMap { CodePrior($0.value) }
    guard let prior, prior.components == mixture.componentCount, mixture.dimension == latentDimension else {
      throw Failure(
        .badData, "the checkpoint's \(name) is not of this model's codes", help: "use an undamaged checkpoint"
      )
    }
    self.init(prior: prior, mixture: mixture)
  }

  /// The file that a checkpoint keeps it in; nil for N(0, I), which needs none.
  var file: CheckpointFile? {
    mixture.map { mixture in
      let content = mixture.withTensors {
        SafeTensorsWriter($0, metadata: [(Self.key, prior.text)]).serialized()
      }
      return CheckpointFile(SavedCheckpoint.priorFile, bytes: content)
    }
  }
}
