import Artifacts
import Diagnostics

/// The folder of a run: where each file is, and how a new folder gets its number. Used by rank 0 only.
public struct RunFolder: Sendable {
  public let path: String

  public init(_ path: String) {
    var path = path[...]
    while path.count > 1 && path.hasSuffix("/") { path.removeLast() }
    self.path = String(path)
  }

  /// The folder of the run that a checkpoint belongs to: `RUN/checkpoints/step-…`.
  public init(containing checkpoint: String) {
    path = FileSystem.folder(of: FileSystem.folder(of: checkpoint))
  }

  public var metrics: String { "\(path)/metrics.jsonl" }
  public var timing: String { "\(path)/timing.jsonl" }
  public var log: String { "\(path)/log.txt" }
  public var status: String { "\(path)/status.json" }
  public var environment: String { "\(path)/environment.json" }
  public var configuration: String { "\(path)/config.toml" }
  public var command: String { "\(path)/command.txt" }
  public var checkpoints: String { "\(path)/checkpoints" }
  public var samples: String { "\(path)/samples.npy" }
  public var samplePicture: String { "\(path)/samples.png" }
  public var sampleRow: String { "\(path)/samples-row.png" }
  public var reconstructionPicture: String { "\(path)/reconstructions.png" }
  /// What a GAN drew at each evaluation.
  public var progress: String { "\(path)/progress" }
  public var progressPicture: String { "\(path)/progress.png" }

  /// The parent of numbered run folders.
  public static let parent = "runs"

  /// Makes the folder of a new run.
  ///
  /// - Parameter named: the folder to make, or nil for the next number, as in `runs/00003-dense-ae`.
  /// - Throws: `Failure` 73 when the folder exists or can't be made.
  static func create(named: String?, model: ModelName) throws -> RunFolder {
    if let named {
      guard try FileSystem.createNewFolder(named) else {
        throw Failure(
          .cannotCreate, "the run folder \(named) exists already",
          help: "go on with it by --resume auto, or name another with --run-dir")
      }
      return RunFolder(named)
    }
    return RunFolder(try NumberedFolders(parent: parent).createNext(model))
  }

  /// The newest numbered run of a model that has a checkpoint.
  static func newest(model: ModelName) throws -> RunFolder? {
    for path in try NumberedFolders(parent: parent).newestFirst(model) {
      let folder = RunFolder(path)
      if try folder.lastCheckpoint() != nil { return folder }
    }
    return nil
  }

  /// The checkpoint that was saved last, if there is one; the newest where a copy of the folder has lost the link.
  func lastCheckpoint() throws -> CheckpointFolder? {
    let store = CheckpointStore(checkpoints)
    return try store.linked("last") ?? store.completeCheckpoints().last
  }

  /// Whether the folder is there and holds nothing but what a start left that ended before its first checkpoint.
  var hasNothingToLose: Bool {
    FileSystem.isFolder(path) && !FileSystem.exists(samples)
      && (FileSystem.exists(command) || !FileSystem.exists(configuration))
  }
}
