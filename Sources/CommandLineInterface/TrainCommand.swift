import Diagnostics
import Training

/// What `atelier train` was asked for.
package struct TrainOptions: Sendable, Equatable {
  package var configuration: RunConfiguration
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
  table: RunOptions.table.map { $0.lifted(through: \TrainOptions.configuration) }
    + [
      .repeated(
        "config", "file", \.configurationFiles, .path, .runFolder,
        "Read options from a TOML file, as config.toml in a run's folder; later files and the command line override."
      ),
      .flag(
        "dry-run", short: "n", \.isDryRun, stores: true, .output,
        "Print the resolved configuration and end without training."),
    ] + OptionSpecification.verbosity(\.verbosity),
  configurationOption: "config",
  defaults: { settings throws(Failure) in TrainOptions(configuration: try RunOptions.defaults(for: settings))
  },
  helpDefaults: { settings in
    let models = ModelName.allCases
    let named = models.filter { model in
      settings.contains { $0.name == "model" && $0.value == model.rawValue }
    }
    return (named.isEmpty ? models : named).map { TrainOptions(configuration: .defaults(for: $0)) }
  },
  body: { options, console in
    try options.configuration.requireConsistency()
    if options.isDryRun {
      console.write(RunOptions.configurationText(of: options.configuration))
      return .success
    }
    return try train(options)
  })

private func train(_ options: TrainOptions) throws -> ExitCode {
  try withProcessGroup { group in
    let log = RunLog(isRoot: group.isRoot, quiet: options.verbosity == .quiet)
    let run = TrainingRun(
      configuration: options.configuration, version: Program.version, command: commandLineText(),
      configurationText: RunOptions.configurationText(of: options.configuration))
    try run.run(on: group, log: log)
  }
}
