import Artifacts
import Collectives
import Diagnostics
import Evaluation
import ImageData
import NeuralNet
import TensorCore

/// A trained model on all ranks, for the commands that only use it.
public final class LoadedModel {
  public let configuration: RunConfiguration
  public let height: Int
  public let width: Int
  /// The checkpoint's folder, known to rank 0 alone.
  public let checkpoint: String?
  let position: TrainingPosition
  /// Of the data that the model was trained on.
  let dataHash: String
  /// What codes were drawn from last, at first the checkpoint's.
  var fittedPrior: FittedPrior
  let task: any TrainingTask
  let group: ProcessGroup
  let team: ThreadTeam

  /// Loads the last checkpoint of a run, or the checkpoint named; a collective call in which rank 0 reads.
  ///
  /// - Throws: `Failure` 66 where there is none, 65 where it is damaged, 64 where this many ranks can't share its shards.
  public init(_ named: String, group: ProcessGroup, threads: Int?) throws {
    var saved: SavedCheckpoint?
    let text = try group.textFromRoot(phase: "reading the checkpoint") {
      let checkpoint = try SavedCheckpoint(reading: SavedCheckpoint.locate(named))
      saved = checkpoint
      return checkpoint.state.compactText
    }
    checkpoint = saved?.path
    let state = try JSONValue(parsing: Array(text.utf8), file: named)
    configuration = try RunConfiguration(arithmetic: state["configuration"] ?? .null, file: named)
    try group.requirePowerOfTwo(shards: configuration.shards)
    position = try TrainingPosition(json: state, file: named)
    dataHash = state["data_sha256"]?.stringValue ?? ""
    guard let height = state["height"]?.integerValue, let width = state["width"]?.integerValue else {
      throw Failure(.badData, "\(named) does not say the size of its images")
    }
    self.height = height
    self.width = width
    self.group = group
    team = makeTeam(threads: threads, shards: configuration.shards, group: group)
    task = try configuration.makeTask(height: height, width: width)
    let model = task.model
    model.allocate(rows: EvaluationChunks.size)
    let average = (task as? AdversarialTask)?.average
    try group.decideOnRoot(phase: "reading the checkpoint") {
      try saved?.copyModel(to: model)
      if let average { try saved?.copy(to: average) }
    }
    for memory in model.stateMemory + (average?.memory ?? []) {
      group.broadcast(memory, phase: "sending the checkpoint")
    }
    model.refreshEffectiveValues(team: team)
    fittedPrior = try Self.readPrior(saved, latentDimension: configuration.latent ?? 0, group: group)
  }

  /// The model, where it has codes and makes images of them.
  ///
  /// - Throws: `Failure` 64 where it does not.
  func coder() throws(Failure) -> any ImageCoder {
    if let coder = task.model as? any ImageCoder { return coder }
    let name = configuration.model.rawValue
    throw Failure(
      .usage,
      configuration.model.generatesImages
        ? "a \(name) has no codes of images: it makes images of noise"
        : "a \(name) has no codes and makes no images",
      help: "name a run of an autoencoder")
  }
}

/// The threads of this rank: as asked for, else the cores that the ranks of its host leave each other; never more than
/// the rank has shards.
func makeTeam(threads: Int?, shards: Int, group: ProcessGroup) -> ThreadTeam {
  let cores = max(1, group.localCores / group.localSize)
  let count = min(threads ?? cores, max(1, shards / group.size))
  return ThreadTeam(count: count, oversubscribed: count * group.localSize > group.localCores)
}
