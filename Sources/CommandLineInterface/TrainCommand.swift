import Diagnostics
import Training

/// What `atelier train` was asked for.
package struct TrainOptions: Sendable, Equatable {
  package var configuration: RunConfiguration
  /// Already applied to `configuration`.
  package var preset: String?
  /// Already read into `configuration`.
  package var configurationFiles: [String] = []
  package var isDryRun = false
  package var verbosity = Verbosity.normal
}

/// `atelier train`.
let trainCommand = CommandSpecification(
  name: "train", overview: "Train a model, alone or on all ranks of mpirun or srun.",
  discussion: """
      atelier train dense-ae
      mpirun -n 8 atelier train dense-ae --epochs 5 --seed 7 --run-dir runs/first

    The same options write the same checkpoints, metrics and samples at any number
    of ranks and threads.
    """,
  table: TrainOptions.table, configurationOption: "config", implied: TrainOptions.implied(by:),
  defaults: TrainOptions.defaults(for:), helpDefaults: TrainOptions.helpDefaults(for:),
  body: { options, console in
    try options.configuration.requireConsistency()
    if options.isDryRun {
      console.write(RunOptions.configurationText(of: options.configuration))
      return .success
    }
    return try train(options)
  })

/// What commands that train have in common.
extension TrainOptions {
  static let table: [OptionSpecification<TrainOptions>] =
    [presetOption] + RunOptions.table.map { $0.lifted(through: \TrainOptions.configuration) }
    + [
      .repeated(
        "config", "file", \.configurationFiles, .path, .runFolder,
        "Read options from a TOML file, as config.toml in a run's folder; later files and the command line override."
      ),
      .flag(
        "dry-run", short: "n", \.isDryRun, stores: true, .output,
        "Print the resolved configuration and end without training."),
    ] + OptionSpecification.verbosity(\.verbosity)

  /// A preset names its model.
  @Sendable static func implied(by settings: [Setting]) throws -> [Setting] {
    let model = try namedPreset(in: settings)?.model
    return model.map { [Setting(name: "model", value: $0.rawValue, origin: .commandLine)] } ?? []
  }

  @Sendable static func defaults(for settings: [Setting]) throws(Failure) -> TrainOptions {
    TrainOptions(configuration: try RunOptions.defaults(for: settings, preset: try namedPreset(in: settings)))
  }

  @Sendable static func helpDefaults(for settings: [Setting]) -> [TrainOptions] {
    if let preset = try? namedPreset(in: settings) {
      return [TrainOptions(configuration: preset.configuration)]
    }
    let models = ModelName.allCases
    let named = models.filter { model in
      settings.contains { $0.name == "model" && $0.value == model.rawValue }
    }
    return (named.isEmpty ? models : named).map { TrainOptions(configuration: .defaults(for: $0)) }
  }
}

private let presetOption = OptionSpecification<TrainOptions>.option(
  "preset", "name", \.preset, .name(among: Preset.all.map(\.name)), .model, .invocation,
  "Begin with settings of our own, which all other options override: "
    + Preset.all.map { "\($0.name) (\($0.model.rawValue): \($0.summary))" }.joined(separator: "; ") + ".",
  defaultText: "the model's published settings")

/// The preset that the settings name last, if they name any. Throws a usage failure where there is none of that name.
private func namedPreset(in settings: [Setting]) throws(Failure) -> Preset? {
  guard let setting = settings.last(where: { $0.name == "preset" }) else { return nil }
  var options = TrainOptions(configuration: .defaults(for: ModelName.allCases[0]))
  try apply(setting, to: &options, by: [presetOption])
  return Preset.all.first { $0.name == options.preset }
}

private func train(_ options: TrainOptions) throws -> ExitCode {
  // While MPI starts.
  let prefetch =
    LauncherRank.isFirstOnHost
    ? ImagePrefetch(data: options.configuration.data, labelUse: options.configuration.labelUse) : nil
  return try withProcessGroup { group in
    let log = RunLog(isRoot: group.isRoot, quiet: options.verbosity == .quiet)
    var run = TrainingRun(
      configuration: options.configuration, version: Program.version, command: commandLineText(),
      configurationText: RunOptions.configurationText(of:), prefetch: prefetch)
    run.isVerbose = options.verbosity == .verbose
    try run.run(on: group, log: log)
  }
}
