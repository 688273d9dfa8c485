import Artifacts
import Diagnostics
import Training

/// What `atelier bench` was asked for.
package struct BenchOptions: Sendable, Equatable {
  /// What can be timed.
  package enum Subject: String, Sendable, CaseIterable {
    /// Whole training steps of a model.
    case train
    /// Each layer of a model by itself.
    case layers
    /// Each algorithm for each convolution of a model.
    case convolutions
  }

  package var subject = Subject.train
  package var configuration: RunConfiguration
  /// Already applied to `configuration`.
  package var preset = PresetChoice()
  package var seconds = 10
  /// A safetensors file with the initial weights; nil draws them from the seed.
  package var weights: String?
  package var printsJSON = false
  package var verbosity = Verbosity.normal
}

/// `atelier bench`.
let benchCommand = CommandSpecification(
  name: "bench", overview: "Measure how fast a model trains on this machine.",
  discussion: """
      atelier bench train dense-ae --threads 1
      mpirun -n 2 atelier bench train dense-ae --threads 1 --json
      atelier bench train --preset ssim-64 --threads 1
      atelier bench layers conv-ae --threads 1

    'train' times whole steps (load, forward, backward, sum over ranks, update) in
    five windows after a warm-up; no evaluation, no files.

    'layers' times each layer on one batch, the least of many rounds: forward; weight
    gradient, which is the backward pass without the gradient of the layer's input,
    and so with the bias and the activation; input gradient, which is what it takes
    longer with it. GFLOP count two for each multiplication of the product as it is
    defined, whatever a faster algorithm saves or borders leave out; peak is that of
    fused multiply-adds in registers, measured in the same run on as many threads.
    One thread is timed by its processor time. One rank only.

    'convolutions' times both algorithms, direct and Winograd, for the three products
    of each convolution of a model, the least of many rounds: the choice between them
    is fixed by the shape.
    """,
  table: [.argument("subject", \.subject, .choice, .invocation, "What to time.")]
    + [PresetChoice.option.lifted(through: \BenchOptions.preset)]
    + RunOptions.table.filter { !RunOptions.runFolderNames.contains($0.description.name) }
    .map { $0.lifted(through: \BenchOptions.configuration) }
    + [
      .option("seconds", "n", \.seconds, .integer(1...3600), .output, .invocation, "Measured time."),
      .option(
        "weights", "file", \.weights, .path, .model, .invocation,
        "Safetensors file with the initial weights.",
        defaultText: "drawn from the seed"),
      .flag("json", \.printsJSON, stores: true, .output, "Print one JSON object."),
    ] + OptionSpecification.verbosity(\.verbosity),
  implied: PresetChoice.implied(by:),
  defaults: { settings throws(Failure) in
    BenchOptions(configuration: try PresetChoice.defaults(for: settings))
  },
  helpDefaults: { settings in
    PresetChoice.helpDefaults(for: settings).map { BenchOptions(configuration: $0) }
  },
  body: { options, console in try bench(options, console) })

private func bench(_ options: BenchOptions, _ console: Console) throws -> ExitCode {
  try options.configuration.requireConsistency()
  switch options.subject {
  case .train: return try benchTraining(options, console)
  case .layers: return try benchLayers(options, console)
  case .convolutions: return try benchConvolutions(options, console)
  }
}

private func benchTraining(_ options: BenchOptions, _ console: Console) throws -> ExitCode {
  try withProcessGroup { group in
    let result = try TrainingBenchmark.run(
      configuration: options.configuration, seconds: Double(options.seconds), weights: options.weights,
      group: group)
    if options.printsJSON {
      let json: JSONValue = [
        "model": .string(options.configuration.model.rawValue),
        "batch": .integer(options.configuration.batch),
        "shards": .integer(options.configuration.shards), "ranks": .integer(group.size),
        "images_per_second": .double(result.imagesPerSecond),
        "images_per_second_windows": .array(result.windows.map { .double($0) }),
        "images_per_cpu_second": .double(result.imagesPerProcessorSecond),
        "communication_ms": .double(result.communicationMilliseconds),
        "parameters": .integer(result.parameterCount), "first_loss": .double(result.firstLoss),
        "peak_rss_mib": .double(result.peakMebibytes), "versions": ["atelier": .string(Program.version)],
      ]
      console.write(json.compactText + "\n")
    } else {
      let range = "\(grouped(Int(result.windows.min()!))) to \(grouped(Int(result.windows.max()!)))"
      console.write(
        "\(options.configuration.model.rawValue): \(grouped(Int(result.imagesPerSecond))) images/s "
          + "(\(range) in five windows), \(decimals(result.communicationMilliseconds, 3)) ms of a step between ranks, "
          + "\(Int(result.peakMebibytes)) MiB\n")
    }
  }
}
