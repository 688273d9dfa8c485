import Artifacts
import Diagnostics

/// The folder of a sweep: where each file is. Rank 0 of the job writes it, but for the trials' own folders and the claims.
struct SweepFolder {
  let path: String

  var definition: String { "\(path)/definition.json" }
  var results: String { "\(path)/sweep.json" }
  var table: String { "\(path)/sweep.md" }
  var chart: String { "\(path)/sweep.svg" }
  /// The link to the best trial's folder.
  var best: String { "\(path)/best" }
  /// Which trials are taken and which are done while the sweep runs.
  var claims: String { "\(path)/claims" }

  func run(of trial: SweepTrial) -> RunFolder { RunFolder("\(path)/\(relativeRun(of: trial))") }

  func relativeRun(of trial: SweepTrial) -> String { "trials/\(trial.folderName)" }

  /// The parent of numbered folders.
  private static let parent = "sweeps"

  /// Makes the folder of a new sweep, or finds that of one to go on with. Rank 0 of the job only.
  ///
  /// - Parameter named: nil for the next number, as in `sweeps/00003-dense-ae`, or the newest of the model to resume.
  /// - Throws: `Failure` 73 where the folder can't be made, exists already, or is none of a sweep; 64 where the sweep in
  ///   it was defined otherwise.
  static func prepare(named: String?, resumes: Bool, for definition: SweepDefinition) throws -> SweepFolder {
    let model = definition.base.model
    let numbered = NumberedFolders(parent: parent)
    var path = named
    if named == nil && resumes {
      path = try numbered.newestFirst(model).first { FileSystem.exists(SweepFolder(path: $0).definition) }
    }
    let isNew: Bool
    if let path { isNew = try FileSystem.createNewFolder(path) } else { isNew = true }
    let folder = SweepFolder(path: try path ?? numbered.createNext(model))
    if !isNew { try folder.requireSweep(resumes: resumes, for: definition) }
    try removePartialFiles(in: folder.path)
    try writeDurably(folder.definition, Array(definition.json.prettyText.utf8))
    try FileSystem.remove(folder.claims)
    try FileSystem.createFolder(folder.claims)
    return folder
  }

  private func requireSweep(resumes: Bool, for definition: SweepDefinition) throws {
    guard resumes else {
      throw Failure(
        .cannotCreate, "the sweep's folder \(path) exists already",
        help: "go on with it by --resume, or name another with --sweep-dir")
    }
    guard FileSystem.exists(self.definition) else {
      // A start that was killed before its first file leaves an empty one.
      let names = try FileSystem.names(in: path).filter { !$0.hasPrefix(".") }
      if names.isEmpty { return }
      throw Failure(
        .cannotCreate, "the folder \(path) holds no sweep, but other files",
        help: "name another with --sweep-dir")
    }
    let saved = try JSONValue(parsing: FileSystem.read(self.definition), file: self.definition)
    try definition.requireContinuation(of: saved)
  }

  /// What is known of a trial from earlier starts; nil where it has to run. Failed ones run again: the disk may have
  /// been full.
  func outcome(of trial: SweepTrial, metric: String) -> TrialOutcome? {
    let run = run(of: trial)
    guard let status = try? JSONValue(parsing: FileSystem.read(run.status), file: run.status),
      status["state"]?.stringValue == "finished", let figures = try? TrialFigures(of: run, metric: metric)
    else { return nil }
    return .finished(figures)
  }
}
