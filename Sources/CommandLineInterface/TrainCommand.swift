import Diagnostics
import Training

/// What `atelier train` was asked for.
package struct TrainOptions: Sendable, Equatable {
  package var configuration: RunConfiguration
  /// Already applied to `configuration`.
  package var preset = PresetChoice()
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
  table: TrainOptions.table, configurationOption: "config", implied: PresetChoice.implied(by:),
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
    [PresetChoice.option.lifted(through: \TrainOptions.preset)]
    + RunOptions.table.map { $0.lifted(through: \TrainOptions.configuration) }
    + [
      .repeated(
        "config", "file", \.configurationFiles, .path, .runFolder,
        "Read options from a TOML file, as config.toml in a run's folder; later files and the command line override."
      ),
      .flag(
        "dry-run", short: "n", \.isDryRun, stores: true, .output,
        "Print the resolved configuration and end without training."),
    ] + OptionSpecification.verbosity(\.verbosity)

  @Sendable static func defaults(for settings: [Setting]) throws(Failure) -> TrainOptions {
    TrainOptions(configuration: try PresetChoice.defaults(for: settings))
  }

  @Sendable static func helpDefaults(for settings: [Setting]) -> [TrainOptions] {
    PresetChoice.helpDefaults(for: settings).map { TrainOptions(configuration: $0) }
  }
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
