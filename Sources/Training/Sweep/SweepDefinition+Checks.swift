import Artifacts
import Collectives
import Diagnostics
import Evaluation
import ImageData
import TensorCore

/// What is looked at before the first trial begins, so that no hours are lost to a trial that can't run.
extension SweepDefinition {
  /// Refuses trials that these images or so many ranks don't suit, and a metric that they don't have.
  ///
  /// - Throws: `Failure` 64 that names the trial, or what is missing.
  func requireTrials(fit images: ImageCollection, ranks: Int) throws {
    // Those whose figures' names are known: of models of one kind and images of one size they depend on nothing else.
    var known: [PixelLikelihood?] = []
    for trial in trials {
      let configuration = trial.configuration
      let selection: ImageDataset?
      let task: any TrainingTask
      do {
        try requireShards(configuration.shards, for: ranks)
        let splits = try DataSplits(
          of: images, scheme: configuration.split, validation: configuration.validation,
          limit: configuration.limit)
        task = try configuration.makeTask(height: splits.train.height, width: splits.train.width)
        selection = splits[configuration.model.selectionPart]
      } catch let failure as Failure {
        throw failure.concerning(trial)
      }
      guard let selection else {
        throw Failure(
          .usage, "a sweep needs validation images to choose by, and there are none",
          help:
            "take some of the training images with --validation K, or cut Fashion-MNIST by --split 80-10-10")
      }
      if metric.contains("[") || configuration.model.kind == .adversarial {
        try requireGenerationMetric(trial)
      } else if !known.contains(configuration.likelihood) {
        known.append(configuration.likelihood)
        try requireMetric(of: task, trial, selection)
      }
    }
  }

  /// - Throws: `Failure` 64 where so many ranks can't share them; both are powers of two.
  private func requireShards(_ shards: Int, for ranks: Int) throws(Failure) {
    guard ranks > shards else { return }
    throw Failure(
      .usage, "\(ranks) ranks can't share --shards \(shards) evenly",
      help: "give --ranks-per-trial \(shards)\(shards > 1 ? " or less" : ""), or more --shards")
  }

  /// - Throws: `Failure` 64 where an evaluation of the trial will not have the metric, which is one of generated images.
  private func requireGenerationMetric(_ trial: SweepTrial) throws(Failure) {
    let configuration = trial.configuration
    let network = (configuration.features ?? .fashionCNN).rawValue
    let names = GenerationMetric.allCases.map {
      "\(configuration.model.selectionPart.rawValue)/\($0.key(network: network))"
    }
    guard configuration.fidSamples > 0 else {
      throw Failure(
        .usage, "--metric \(metric) is a figure of generated images, and the trials generate none",
        help: "say how many to compare with --fid-samples")
    }
    guard names.contains(metric) else {
      throw Failure(
        .usage, "--metric \(metric) is no figure of the trials", help: "name one such as \(names[0])")
    }
  }

  /// - Throws: `Failure` 64 where an evaluation of the trial will not have the metric.
  private func requireMetric(of task: any TrainingTask, _ trial: SweepTrial, _ validation: ImageDataset)
    throws
  {
    let part = SplitPart.validation
    task.model.allocate(rows: EvaluationChunks.size)
    task.model.initialize(seed: 0)
    let scores = try task.score(
      validation.prefix(1), part: part, group: .single(), team: ThreadTeam(count: 1))
    let names = scores.named.map { "\(part.rawValue)/\($0.name)" }
    guard !names.contains(metric) else { return }
    let failure = Failure(
      .usage, "--metric \(metric) is no figure of \(base.model.rawValue) on these images",
      help: "name one of \(names.joined(separator: ", "))")
    let isOfAll = trials.allSatisfy { $0.configuration.likelihood == trial.configuration.likelihood }
    throw isOfAll ? failure : failure.concerning(trial)
  }
}
