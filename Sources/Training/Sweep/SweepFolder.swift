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
  /// Locked while a job is at work on the sweep; not among the results.
  var lock: String { "\(path)/.lock" }

  func run(of trial: SweepTrial) -> RunFolder { RunFolder("\(path)/\(relativeRun(of: trial))") }

  func relativeRun(of trial: SweepTrial) -> String { "trials/\(trial.folderName)" }

  func relativeLog(of trial: SweepTrial) -> String { RunFolder(relativeRun(of: trial)).log }

  /// The parent of numbered folders.
  private static let parent = "sweeps"

  /// Makes the folder of a new sweep, or finds that of one to go on with. Rank 0 of the job only.
  ///
  /// - Parameters:
  ///   - named: nil for the next number, as in `sweeps/00003-dense-ae`, or the newest of the model to resume.
  ///   - dataHash: of the images that the trials have.
  /// - Returns: the folder, and the lock on it that no other job may have until this one has ended.
  /// - Throws: `Failure` 73 where the folder can't be made, exists already, is none of a sweep, or another job is at work in
  ///   it; 64 where the sweep in it was defined otherwise; 65 where its definition is damaged, or of other data.
  static func prepare(
    named: String?, resumes: Bool, for definition: SweepDefinition, dataHash: String
  ) throws -> (folder: SweepFolder, lock: FileLock) {
    let model = definition.base.model
    let numbered = NumberedFolders(parent: parent)
    var path = named
    if named == nil && resumes {
      path = try numbered.newestFirst(model).first { FileSystem.exists(SweepFolder(path: $0).definition) }
    }
    let isNew: Bool
    if let path { isNew = try FileSystem.createNewFolder(path) } else { isNew = true }
    let folder = SweepFolder(path: try path ?? numbered.createNext(model))
    if !isNew { try folder.requireSweep(resumes: resumes) }
    guard let lock = try FileLock(taking: folder.lock) else {
      throw Failure(
        .cannotCreate, "another job is at work on this sweep: \(folder.path)",
        help: "wait for its end, or end it, then go on by --resume; or name another folder with --sweep-dir")
    }
    try folder.requireContinuation(by: definition, dataHash: dataHash)
    try removePartialFiles(in: folder.path)
    try writeDurably(folder.definition, Array(definition.json(dataHash: dataHash).prettyText.utf8))
    try FileSystem.remove(folder.claims)
    try FileSystem.createFolder(folder.claims)
    return (folder, lock)
  }

  private func requireSweep(resumes: Bool) throws {
    guard resumes else {
      throw Failure(
        .cannotCreate, "the sweep's folder \(path) exists already",
        help: "go on with it by --resume, or name another with --sweep-dir")
    }
    if FileSystem.exists(definition) { return }
    // A start that was killed before its first file leaves an empty one.
    guard try FileSystem.names(in: path).allSatisfy({ $0.hasPrefix(".") }) else {
      throw Failure(
        .cannotCreate, "the folder \(path) holds no sweep, but other files",
        help: "name another with --sweep-dir")
    }
  }

  private func requireContinuation(by own: SweepDefinition, dataHash: String) throws {
    guard FileSystem.exists(definition) else { return }
    let bytes = try FileSystem.read(definition)
    let saved: JSONValue
    do {
      saved = try JSONValue(parsing: bytes, file: definition)
    } catch {
      throw Failure(error.code, error.message, help: SweepDefinition.remedy)
    }
    try own.requireContinuation(ofFile: definition, saved, dataHash: dataHash)
  }

  /// Lets the link `best` point to a trial, or takes it away where there is none.
  ///
  /// - Throws: `Failure` 73 or 74, also where something else has its place.
  func linkBest(to trial: SweepTrial?) throws {
    guard let trial else {
      if FileSystem.isLink(best) { try FileSystem.remove(best) }
      return
    }
    do {
      try FileSystem.link(best, to: relativeRun(of: trial))
    } catch let failure as Failure {
      throw Failure(
        failure.code, failure.message,
        help: "all else of the sweep is written; move away what stands there, and start again with --resume")
    }
  }

  /// What is known of a trial from earlier starts; nil where it has to run. Failed ones run again: the disk may have
  /// been full.
  func outcome(of trial: SweepTrial, in sweep: SweepDefinition) -> TrialOutcome? {
    let run = run(of: trial)
    guard let status = try? JSONValue(parsing: FileSystem.read(run.status), file: run.status),
      status["state"]?.stringValue == "finished", let figures = try? TrialFigures(of: run, in: sweep)
    else { return nil }
    return .finished(figures)
  }
}
