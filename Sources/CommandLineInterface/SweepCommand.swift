import Diagnostics
import Training

/// What `atelier sweep` was asked for.
package struct SweepOptions: Sendable, Equatable {
  /// Of every trial.
  package var train: TrainOptions
  /// As given: keys with values to try, and keys with ranges to draw from.
  package var grids: [String] = []
  package var ranges: [String] = []
  /// How many trials to draw; nil tries all combinations.
  package var random: Int?
  package var metric: String?
  package var ranksPerTrial = 1
  package var directory: String?
  package var resumes = false

  /// The options of `train` that a sweep decides itself.
  static let decided = ["run-dir", "resume", "batch-per-rank", "dry-run", "verbose"]
}

/// `atelier sweep`.
let sweepCommand = CommandSpecification(
  name: "sweep",
  overview: "Train a model with many settings, side by side on groups of ranks, and find the best.",
  discussion: """
      atelier sweep dense-ae --validation 10000 --grid lr=0.0005,0.001 --grid latent=16,32
      mpirun -n 8 atelier sweep vae --split 80-10-10 --random 20 \\
        --range lr=0.0001..0.01:log --range latent=2..64 --grid activation=relu,tanh

    Each trial is a run with a folder of its own. The same options find the same
    figures and the same best trial at any number of ranks.
    """,
  table: TrainOptions.table.filter { !SweepOptions.decided.contains($0.description.name) }
    .map { $0.lifted(through: \SweepOptions.train) }
    + [
      .repeated(
        "grid", "key=values", \.grids, .string, .sweep,
        "An option and values to try, with commas between them, or semicolons between lists: lr=0.001,0.01, "
          + "'hidden=128,64;256,128'. All combinations are tried; with --random each trial draws one of the values."
      ),
      .option(
        "random", "n", \.random, .integer(1...10_000), .sweep, .invocation,
        "Draw the settings of so many trials, by --seed; trial i is the same whatever n is.",
        defaultText: "all combinations"),
      .repeated(
        "range", "key=low..high", \.ranges, .string, .sweep,
        "An option and a range of numbers for --random to draw from; ':log' after it spreads their logarithms evenly."
      ),
      .option(
        "metric", "key", \.metric, .string, .sweep, .invocation,
        "Figure of metrics.jsonl to choose by, at each trial's best checkpoint: that of the least validation/loss, or for "
          + "GANs the least train/fid.", defaultText: "that least figure itself"),
      .option(
        "ranks-per-trial", "n", \.ranksPerTrial, .powerOfTwo(upTo: 1024), .sweep, .invocation,
        "Ranks that train a trial together."),
      .option(
        "sweep-dir", "path", \.directory, .path, .sweep, .invocation,
        "Folder to create for the trials' folders and the results.",
        defaultText: "the next sweeps/<number>-<model>"),
      .flag(
        "resume", \.resumes, stores: true, .sweep,
        "Go on with the sweep in --sweep-dir, or the model's newest: finished trials stay, others go on from their last "
          + "checkpoint."),
      .flag(
        "dry-run", short: "n", \.train.isDryRun, stores: true, .output,
        "Print the trials and end without training."),
    ],
  configurationOption: "config", implied: PresetChoice.implied(by:),
  defaults: { settings throws(Failure) in SweepOptions(train: try TrainOptions.defaults(for: settings)) },
  helpDefaults: { settings in TrainOptions.helpDefaults(for: settings).map { SweepOptions(train: $0) } },
  body: { options, console in
    let trials = try SweepPlan.trials(of: options)
    let definition = try SweepDefinition(
      base: options.train.configuration,
      metric: options.metric
        ?? options.train.configuration.model.selectionMetric(
          features: options.train.configuration.features ?? .fashionCNN),
      common: SweepPlan.common(of: options, but: trials), trials: trials)
    if options.train.isDryRun {
      console.write(trials.map { $0.title + "\n" }.joined())
      return .success
    }
    return try sweep(definition, options)
  })

private func sweep(_ definition: SweepDefinition, _ options: SweepOptions) throws -> ExitCode {
  let base = options.train.configuration
  // While MPI starts.
  let prefetch =
    LauncherRank.isFirstOnHost
    ? ImagePrefetch(data: base.data, labelUse: definition.labelUse) : nil
  return try withProcessGroup { group in
    var sweep = Sweep(
      definition: definition, version: Program.version, command: commandLineText(),
      configurationText: RunOptions.configurationText(of:), prefetch: prefetch)
    sweep.directory = options.directory
    sweep.resumes = options.resumes
    sweep.ranksPerTrial = options.ranksPerTrial
    try sweep.run(on: group, log: RunLog(isRoot: group.isRoot, quiet: options.train.verbosity == .quiet))
  }
}
