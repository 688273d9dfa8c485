import Artifacts
import CommandLineInterface
import Diagnostics
import Testing
import Training

/// Adding an option to a run is a decision: this list changes with it.
@Test func theOptionsOfARunAreThese() {
  #expect(
    RunOptions.table.map(\.description.name) == [
      "model", "hidden", "channels", "latent", "activation", "latent-activation", "dropout", "batch-norm",
      "d-norm", "conditional", "minibatch-stddev",
      "conventions", "prior", "loss",
      "mix-alpha", "likelihood", "beta", "kl-warmup", "free-bits", "adversarial-loss", "label-smoothing",
      "d-lr", "d-steps", "r1", "gradient-penalty", "augment", "ema", "shift", "optimizer", "lr", "lr-rule",
      "weight-decay",
      "momentum",
      "nesterov", "beta1", "beta2", "epsilon",
      "alpha", "schedule", "warmup", "step-size", "gamma", "min-lr", "clip-norm", "batch", "batch-per-rank",
      "accumulate",
      "epochs", "steps", "patience", "min-delta", "seed", "data", "split", "validation", "limit", "shards",
      "threads", "allreduce", "hang-timeout",
      "run-dir", "resume",
      "evaluate-every", "fid-samples", "features", "weights", "checkpoint-every", "keep", "log-every",
      "check-every",
    ])
  #expect(
    Program.commands.map { command in
      command.name + ": "
        + command.options.map(\.name).filter { name in
          !["train", "sweep", "bench"].contains(command.name)
            || !RunOptions.table.contains { $0.description.name == name }
        }.joined(separator: " ")
    } == [
      "train: preset config dry-run quiet verbose version help",
      "sweep: preset config quiet grid random range metric ranks-per-trial sweep-dir dry-run version help",
      "sample: run count seed class prior data out quiet verbose version help",
      "encode: run split data threads out json quiet verbose version help",
      "decode: run codes threads out quiet verbose version help",
      "reconstruct: run split data count threads out quiet verbose version help",
      "interpolate: run split data pairs count steps path threads out quiet verbose version help",
      "traverse: run split data image dimensions range steps threads out quiet verbose version help",
      "manifold: run split data steps threads out quiet verbose version help",
      "scatter: run split data count threads out quiet verbose version help",
      "evaluate: target against data features weights count prior seed repeat iwae density extrapolate save-features "
        + "nearest cache threads json quiet verbose version help",
      "compare: run against data features weights count images cache threads out json quiet verbose version help",
      "export: subject format out quiet verbose version help",
      "data: batch seed data split validation limit shards epoch json quiet verbose version help",
      "bench: subject preset seconds json quiet verbose version help",
    ])
}

/// What may change when a run is resumed, and what `config.toml` holds.
@Test func rolesOfTheOptionsAreThese() {
  func names(_ role: OptionDescription.Role) -> [String] {
    RunOptions.table.map(\.description).filter { $0.role == role }.map(\.name)
  }
  #expect(
    names(.arithmetic) == [
      "model", "hidden", "channels", "latent", "activation", "latent-activation", "dropout", "batch-norm",
      "d-norm", "conditional", "minibatch-stddev",
      "conventions", "loss",
      "mix-alpha", "likelihood", "beta", "kl-warmup", "free-bits", "adversarial-loss", "label-smoothing",
      "d-lr", "d-steps", "r1", "gradient-penalty", "augment", "ema", "shift", "optimizer", "lr", "lr-rule",
      "weight-decay",
      "momentum",
      "nesterov", "beta1", "beta2", "epsilon",
      "alpha", "schedule", "warmup", "step-size", "gamma", "min-lr", "clip-norm", "batch", "accumulate",
      "seed", "split", "validation",
      "limit", "shards", "allreduce",
    ])
  #expect(
    names(.recorded) == [
      "prior", "epochs", "steps", "patience", "min-delta", "data", "evaluate-every", "fid-samples",
      "features",
      "weights", "checkpoint-every", "keep", "log-every", "check-every",
    ])
  #expect(names(.local) == ["batch-per-rank", "threads", "hang-timeout", "run-dir", "resume"])
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
  let defaults = RunConfiguration.defaults(for: model(for: entry))
  let candidates =
    (entry.description.allowedValues ?? []) + ["4", "0.0003", "true", "7,5", "mixture:3", "a \"b\" \\c/é"]
  for text in candidates {
    var configuration = defaults
    if entry.read(&configuration, text), configuration != defaults { return (configuration, text) }
  }
  throw Failure(.failure, "no candidate changes '\(entry.description.name)'")
}

/// A model that has the option.
private func model(for entry: RunOptions.Entry) -> ModelName {
  switch entry.description.name {
  case "channels": .convolutionalAutoencoder
  case "dropout": .classifier
  case "likelihood", "beta", "kl-warmup", "free-bits": .variationalAutoencoder
  case "adversarial-loss", "label-smoothing", "d-lr", "d-steps", "conditional", "minibatch-stddev", "ema",
    "augment", "r1", "gradient-penalty":
    .gan
  case "batch-norm", "d-norm": .convolutionalGAN
  default: .denseAutoencoder
  }
}

/// Every option but the model, which changes others with it.
private var changeable: [RunOptions.Entry] {
  RunOptions.table.filter { $0.description.name != "model" }
}

@Test func everyOptionSurvivesConfigToml() throws {
  for entry in changeable {
    let (configuration, _) = try changed(entry)
    let text = RunOptions.configurationText(of: configuration)
    let isKept = entry.description.role != .local
    let expected = isKept ? configuration : .defaults(for: model(for: entry))
    #expect(
      try RunOptions.configuration(from: text, path: "config.toml") == expected, "\(entry.description.name)")
    #expect(RunOptions.configurationText(of: expected) == text)
  }
}

@Test func everyOptionMayStandInAConfigurationFile() throws {
  for entry in changeable {
    let (configuration, _) = try changed(entry)
    let value = try #require(entry.show(configuration))
    let text = "model = \"\(model(for: entry).rawValue)\"\n\(entry.description.name) = \(value.literal)\n"
    #expect(
      try RunOptions.configuration(from: text, path: "c.toml") == configuration, "\(entry.description.name)")
  }
}

@Test func everyOptionReachesTheDryRun() throws {
  for entry in changeable where entry.description.role != .local {
    var (configuration, text) = try changed(entry)
    let name = entry.description.name
    var words =
      ["train", model(for: entry).rawValue, "-n"]
      + (entry.description.isFlag ? ["--\(name)"] : ["--\(name)", text])
    for (option, value) in companions[name] ?? [] {
      words += ["--\(option)", value]
      let companion = RunOptions.table.first { $0.description.name == option }!
      #expect(companion.read(&configuration, value))
    }
    let result = runAtelier(words)
    #expect(result.code == 0, "\(name)")
    #expect(result.output == RunOptions.configurationText(of: configuration), "\(name)")
  }
}

/// What else must be said where an option means nothing alone.
private let companions: [String: [(option: String, value: String)]] = [
  "mix-alpha": [("loss", "mix")], "momentum": [("optimizer", "sgd")],
  "nesterov": [("optimizer", "sgd"), ("momentum", "0.9")], "alpha": [("optimizer", "rmsprop")],
  "step-size": [("schedule", "step")], "gamma": [("schedule", "step"), ("step-size", "9")],
  "min-lr": [("schedule", "cosine"), ("lr", "5")], "min-delta": [("patience", "2")],
  "features": [("fid-samples", "9")], "weights": [("fid-samples", "9"), ("features", "inception")],
]

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
      conditional = false
      minibatch-stddev = false
      conventions = "keras"

      # Optimisation
      loss = "bce"
      optimizer = "adam"
      lr = 0.001
      lr-rule = "none"
      nesterov = false
      schedule = "constant"
      warmup = 0
      batch = 128
      accumulate = 1
      epochs = 20
      patience = 0
      seed = 0

      # Data
      split = "official"
      limit = 1003

      # Parallelism
      shards = 16
      allreduce = "tree"

      # Run folder
      evaluate-every = 1
      fid-samples = 0
      checkpoint-every = 1
      keep = 3
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
  for entry in changeable {
    let saved = RunConfiguration.defaults(for: model(for: entry))
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
  // What it says can be typed.
  #expect(
    failure { requested, _ in requested.isConditional = true }
      == Failure(
        .usage, "--conditional is true, but was false for the checkpoint, and can't change",
        help: "resume with --no-conditional, or start a new run"))
  #expect(
    failure { _, saved in saved.optimizer.isNesterov = true }?.help
      == "resume with --nesterov, or start a new run")
  #expect(
    failure { _, saved in saved.limit = 9 }?.message
      == "--limit is not given, but was 9 for the checkpoint, and can't change")
  #expect(
    failure { requested, _ in requested = .defaults(for: .baselineAutoencoder) }
      == Failure(
        .usage, "the model is baseline-ae, but was dense-ae for the checkpoint, and can't change",
        help: "resume with the model dense-ae, or start a new run"))
}

/// Checkpoints from before an option say nothing of it.
@Test func aCheckpointWithoutChannelsIsAnOlderOne() throws {
  func saved(_ model: ModelName, without name: String) -> JSONValue {
    .object((RunConfiguration.defaults(for: model).arithmetic.objectValue ?? []).filter { $0.name != name })
  }
  #expect(
    try RunConfiguration(arithmetic: saved(.denseAutoencoder, without: "channels"), file: "state.json")
      == .defaults(for: .denseAutoencoder))
  // All pixels were Bernoulli.
  for model in [ModelName.variationalAutoencoder, .denseAutoencoder] {
    let configuration = try RunConfiguration(
      arithmetic: saved(model, without: "likelihood"), file: "state.json")
    #expect(configuration == .defaults(for: model))
    #expect(configuration.likelihood == (model == .denseAutoencoder ? nil : .bernoulli))
  }
  for (model, name) in [
    (ModelName.denseAutoencoder, "hidden"), (.denseAutoencoder, "batch"), (.modifiedAutoencoder, "channels"),
  ] {
    let failure = #expect(throws: Failure.self) {
      try RunConfiguration(arithmetic: saved(model, without: name), file: "state.json")
    }
    #expect(failure == Failure(.badData, "state.json has no usable value for '\(name)'"))
  }
}

/// What the sources say of the published runs; Docs/models.md.
@Test(arguments: [
  (
    "dense-ae", "hidden = [128, 64] latent = 32 latent-activation = relu loss = bce epochs = 20 patience = 0",
    "official"
  ),
  (
    "conv-ae",
    "channels = [32, 64, 128] latent = 64 latent-activation = linear loss = bce epochs = 10 patience = 0",
    "official"
  ),
  (
    "baseline-ae",
    "channels = [32, 32] latent = 128 latent-activation = relu loss = mse epochs = 100 patience = 10",
    "80-10-10"
  ),
  (
    "modified-ae",
    "channels = [32, 64, 128] latent = 128 latent-activation = relu loss = mse epochs = 100 patience = 10",
    "80-10-10"
  ),
])
func theModelsDefaultsAreThePublishedSettings(model: String, settings: String, split: String) throws {
  let text = runAtelier(["train", model, "--dry-run"]).output
  let names = [
    "hidden", "channels", "latent", "latent-activation", "loss", "epochs", "patience",
  ]
  let lines = text.split(separator: "\n").filter { line in names.contains { line.hasPrefix("\($0) = ") } }
  #expect(lines.joined(separator: " ").split(separator: "\"").joined() == settings)
  for line in [
    "split = \"\(split)\"", "activation = \"relu\"", "conventions = \"keras\"", "optimizer = \"adam\"",
    "lr = 0.001", "batch = 128", "shards = 16",
  ] {
    #expect(text.contains("\n\(line)\n"), "\(line)")
  }
}
