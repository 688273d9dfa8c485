import Artifacts
import TestSupport
import Testing

/// Tests that run the built program, one after another: jobs of many ranks on few cores disturb each other.
@Suite(.serialized) struct EndToEnd {}

/// A place for a test's runs, and how to start them.
final class Laboratory: Sendable {
  let folder = TemporaryFolder()
  private let data: TemporaryFolder?
  private let model: String
  /// Options of every `train` here, before those of the single job.
  private let options: [String]

  /// - Parameters:
  ///   - model: of every `train`.
  ///   - images: training images to make up; nil takes Fashion-MNIST.
  ///   - options: of every `train`.
  init(model: String = "dense-ae", images: Int? = 131, options: String = "") throws {
    self.model = model
    self.options = options.split(separator: " ").map(String.init)
    data = images == nil ? nil : TemporaryFolder()
    if let images, let data { try SyntheticImages.write(to: data, train: images, test: 107) }
  }

  /// `--data` and the images made up here.
  var dataWords: [String] { data.map { ["--data", $0.path] } ?? [] }

  func path(_ run: String) -> String { folder.path(run) }

  /// Runs `atelier train` and gives what it left; `mpirun` starts it where there are several ranks.
  @discardableResult
  func train(
    _ run: String?, ranks: Int = 1, _ more: String = "", environment: [String: String?] = [:],
    meanwhile: (RunningProcess) -> Void = { _ in }
  ) -> ShellResult {
    atelier(trainWords(run, more), ranks: ranks, environment: environment, meanwhile: meanwhile)
  }

  /// The words of that command after the program's name.
  func trainWords(_ run: String?, _ more: String = "") -> [String] {
    ["train", model] + dataWords + options + more.split(separator: " ").map(String.init)
      + (run.map { ["--run-dir", path($0)] } ?? [])
  }

  /// Runs `atelier` with those words, in the place's folder; `underLauncher` also has `mpirun` start a single rank.
  @discardableResult
  func atelier(
    _ words: [String], ranks: Int = 1, underLauncher: Bool = false, environment: [String: String?] = [:],
    meanwhile: (RunningProcess) -> Void = { _ in }
  ) -> ShellResult {
    let program = BuiltExecutable.path("atelier")
    if ranks == 1 && !underLauncher {
      return Shell.run(
        program, words, environment: environment, workingDirectory: folder.path, timeLimit: 120,
        meanwhile: meanwhile)
    }
    return MPIJob.run(
      ranks: ranks, program, words, environment: environment, workingDirectory: folder.path,
      meanwhile: meanwhile)
  }

  /// All that the run's folder holds but what may differ between ranks, threads, hosts, starts and times.
  func payload(_ run: String) throws -> FolderContent {
    let local = ["environment.json", "timing.jsonl", "log.txt", "command.txt"]
    return try FolderContent(of: path(run)).removing { local.contains($0) }
  }

  /// Trains `reference` on one rank and one thread, then the same on other numbers of both, and expects the same bytes of
  /// each; gives the reference's.
  @discardableResult
  func expectEqualBytes(_ options: String, environment: [String: String?] = [:]) throws -> FolderContent {
    train("reference", options + " --threads 1", environment: environment).expectSuccess()
    let reference = try payload("reference")
    for (ranks, threads) in [(1, 2), (2, 1), (2, 2), (4, 1), (8, 1), (16, 1)] {
      let run = "\(ranks)x\(threads)"
      train(run, ranks: ranks, options + " --threads \(threads)", environment: environment).expectSuccess()
      #expect(try payload(run).differences(from: reference) == [], "\(run)")
    }
    return reference
  }

  /// The rows of a run's `metrics.jsonl`.
  func metrics(_ run: String) throws -> [JSONValue] {
    try FileSystem.read(path("\(run)/metrics.jsonl")).split(separator: UInt8(ascii: "\n")).map {
      try JSONValue(parsing: Array($0), file: "metrics.jsonl")
    }
  }

  func json(_ file: String) throws -> JSONValue {
    try JSONValue(parsing: FileSystem.read(path(file)), file: file)
  }
}

extension ShellResult {
  /// The program's own lines about failures, without what mpirun adds.
  var errorLines: [String] {
    standardError.split(separator: "\n").map(String.init).filter { $0.hasPrefix("Error: ") }
  }

  /// Expects this exit code, no time limit reached, and exactly one line that says why, with all the words in it.
  func expectFailure(_ code: Int32, _ words: String..., sourceLocation: SourceLocation = #_sourceLocation) {
    #expect(exitCode == code && !timedOut, "\(self)", sourceLocation: sourceLocation)
    #expect(errorLines.count == 1, "\(self)", sourceLocation: sourceLocation)
    for word in words {
      #expect(
        errorLines.first?.contains(word) == true, "no '\(word)' in \(self)", sourceLocation: sourceLocation)
    }
  }

  /// Expects exit code 0 and, but for warnings, silence on standard error.
  func expectSuccess(sourceLocation: SourceLocation = #_sourceLocation) {
    let isQuiet = standardError.split(separator: "\n").allSatisfy { $0.hasPrefix("warning ") }
    #expect(exitCode == 0 && !timedOut && isQuiet, "\(self)", sourceLocation: sourceLocation)
  }
}
