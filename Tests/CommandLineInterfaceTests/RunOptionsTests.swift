import CommandLineInterface
import Diagnostics
import Testing
import Training

/// Adding an option to a run is a decision: this list changes with it.
@Test func theOptionsOfARunAreThese() {
  #expect(
    RunOptions.table.map(\.description.name) == [
      "model", "hidden", "latent", "activation", "latent-activation", "conventions", "loss", "lr", "batch",
      "epochs", "steps", "seed", "data", "split", "validation", "limit", "shards", "threads", "allreduce", "run-dir", "resume",
      "evaluate-every", "checkpoint-every", "log-every", "check-every",
    ])
  #expect(
    Program.commands.map { command in
      command.name + ": "
        + command.options.map(\.name).filter { name in
          !["train", "bench"].contains(command.name)
            || !RunOptions.table.contains { $0.description.name == name }
        }.joined(separator: " ")
    } == [
      "train: preset config dry-run quiet verbose version help",
      "sample: run count seed out quiet verbose version help",
      "encode: run split data threads out json quiet verbose version help",
      "decode: run codes threads out quiet verbose version help",
      "reconstruct: run split data count threads out quiet verbose version help",
      "evaluate: target data threads json quiet verbose version help",
      "data: batch seed data split validation limit shards epoch json quiet verbose version help",
      "bench: subject seconds weights json quiet verbose version help",
    ])
}

/// What may change when a run is resumed, and what `config.toml` holds.
@Test func rolesOfTheOptionsAreThese() {
  func names(_ role: OptionDescription.Role) -> [String] {
    RunOptions.table.map(\.description).filter { $0.role == role }.map(\.name)
  }
  #expect(
    names(.arithmetic) == [
      "model", "hidden", "latent", "activation", "latent-activation", "conventions", "loss", "lr", "batch",
      "seed", "split", "validation", "limit", "shards", "allreduce",
    ])
  #expect(
    names(.recorded) == [
      "epochs", "steps", "data", "evaluate-every", "checkpoint-every", "log-every", "check-every",
    ])
  #expect(names(.local) == ["threads", "run-dir", "resume"])
}

@Test func namesAreUniqueInEveryCommand() {
  for command in Program.commands {
    #expect(Set(command.options.map(\.name)).count == command.options.count)
    let letters = command.options.compactMap(\.shortName)
    #expect(Set(letters).count == letters.count)
  }
}

/// A configuration with one option set to something else than its default, and the text that sets it.
private func changed(_ entry: RunOptions.Entry) throws -> (configuration: RunConfiguration, text: String) {
  let defaults = RunConfiguration.defaults(for: .denseAutoencoder)
  let candidates = (entry.description.allowedValues ?? []) + ["4", "0.0003", "7,5", "a \"b\" \\c/é"]
  for text in candidates {
    var configuration = defaults
    if entry.read(&configuration, text), configuration != defaults { return (configuration, text) }
  }
  throw Failure(.failure, "no candidate changes '\(entry.description.name)'")
}

/// Every option but the model, which has no other value yet.
private var changeable: [RunOptions.Entry] {
  RunOptions.table.filter { $0.description.name != "model" }
}

@Test func everyOptionSurvivesConfigToml() throws {
  for entry in changeable {
    let (configuration, _) = try changed(entry)
    let text = RunOptions.configurationText(of: configuration)
    let isKept = entry.description.role != .local
    let expected = isKept ? configuration : .defaults(for: .denseAutoencoder)
    #expect(
      try RunOptions.configuration(from: text, path: "config.toml") == expected, "\(entry.description.name)")
    #expect(RunOptions.configurationText(of: expected) == text)
  }
}

@Test func everyOptionMayStandInAConfigurationFile() throws {
  for entry in changeable {
    let (configuration, _) = try changed(entry)
    let value = try #require(entry.show(configuration))
    let text = "model = \"dense-ae\"\n\(entry.description.name) = \(value.literal)\n"
    #expect(
      try RunOptions.configuration(from: text, path: "c.toml") == configuration, "\(entry.description.name)")
  }
}

@Test func everyOptionReachesTheDryRun() throws {
  for entry in changeable where entry.description.role != .local {
    let (configuration, text) = try changed(entry)
    let result = runAtelier(["train", "dense-ae", "-n", "--\(entry.description.name)", text])
    #expect(result.code == 0)
    #expect(result.output == RunOptions.configurationText(of: configuration), "\(entry.description.name)")
  }
}

@Test func configTomlIsThisText() {
  var configuration = RunConfiguration.defaults(for: .denseAutoencoder)
  configuration.limit = 1003
  configuration.threads = 2
  configuration.runDirectory = "/tmp/x"
  #expect(
    RunOptions.configurationText(of: configuration) == """
      # Repeat this run with: atelier train --config config.toml

      model = "dense-ae"

      # Model
      hidden = [128, 64]
      latent = 32
      activation = "relu"
      latent-activation = "relu"
      conventions = "keras"

      # Optimisation
      loss = "bce"
      lr = 0.001
      batch = 128
      epochs = 20
      seed = 0

      # Data
      split = "official"
      limit = 1003

      # Parallelism
      shards = 16
      allreduce = "tree"

      # Run folder
      evaluate-every = 1
      checkpoint-every = 1
      log-every = 50
      check-every = 100

      """)
}

@Test func aCheckpointKeepsExactlyTheArithmetic() throws {
  let kept = RunConfiguration.defaults(for: .denseAutoencoder).arithmetic.objectValue ?? []
  #expect(
    kept.map(\.name).sorted()
      == RunOptions.table.map(\.description).filter { $0.role == .arithmetic }.map(\.name).sorted())
  for entry in changeable where entry.description.role == .arithmetic {
    let configuration = try changed(entry).configuration
    #expect(
      try RunConfiguration(arithmetic: configuration.arithmetic, file: "state.json") == configuration,
      "\(entry.description.name)")
  }
}

@Test func resumingRefusesExactlyTheArithmetic() throws {
  let saved = RunConfiguration.defaults(for: .denseAutoencoder)
  for entry in changeable {
    let requested = try changed(entry).configuration
    guard entry.description.role == .arithmetic else {
      try requested.requireSameArithmetic(as: saved)
      continue
    }
    let failure = #expect(throws: Failure.self) { try requested.requireSameArithmetic(as: saved) }
    #expect(failure?.code == .usage)
    #expect(failure?.message.hasPrefix("--\(entry.description.name) is ") == true)
  }
}

@Test func aRefusedResumeSaysWhatToGive() throws {
  func failure(_ change: (inout RunConfiguration, inout RunConfiguration) -> Void) -> Failure? {
    var saved = RunConfiguration.defaults(for: .denseAutoencoder)
    var requested = saved
    change(&requested, &saved)
    return #expect(throws: Failure.self) { try requested.requireSameArithmetic(as: saved) }
  }
  #expect(
    failure { requested, _ in requested.hidden = [7, 5] }
      == Failure(
        .usage, "--hidden is 7,5, but was 128,64 for the checkpoint, and can't change",
        help: "resume with --hidden 128,64, or start a new run"))
  #expect(
    failure { requested, _ in requested.loss = .mse }?.help == "resume with --loss bce, or start a new run")
  #expect(
    failure { requested, _ in requested.limit = 9 }
      == Failure(
        .usage, "--limit is 9, but was not given for the checkpoint, and can't change",
        help: "resume without --limit, or start a new run"))
  #expect(
    failure { _, saved in saved.limit = 9 }?.message
      == "--limit is not given, but was 9 for the checkpoint, and can't change")
}
