import Collectives
import Diagnostics
import Evaluation
import ImageData
import NeuralNet

/// Images that a trained model draws; collective calls.
extension LoadedModel {
  /// Draws images: (count, height * width) on rank 0, nothing on the others.
  ///
  /// - Parameters:
  ///   - prior: what the codes are drawn from; nil takes what the run was trained with.
  ///   - data: as for training; needed where the prior is not in the checkpoint.
  /// - Throws: `Failure` 64 for a model that draws no images, 65 where the data is not the run's own or the prior can't be
  ///   fitted, 66.
  public func generate(count: Int, seed: UInt32, prior: CodePrior? = nil, data: String? = nil) throws
    -> [Float]
  {
    let generator = try generator(prior) { try ownSplits(data: data) }
    return generateImages(
      count: count, from: generator, seed: seed, shards: configuration.shards, group: group, team: team)
  }

  /// The model with a prior: the checkpoint's if it is the one wanted, else one fitted now.
  ///
  /// - Parameters:
  ///   - wanted: nil takes what the run was trained with.
  ///   - splits: the data that the model was trained on, read if it is needed.
  func generator(_ wanted: CodePrior?, splits: () throws -> DataSplits) throws -> GenerativeModel {
    if let task = task as? AdversarialTask {
      guard wanted == nil || wanted == .normal else {
        throw Failure(
          .usage,
          "--prior \(wanted!.text) is for models with codes; a \(configuration.model.rawValue) draws from N(0, I)",
          help: "leave it out")
      }
      return task.generator
    }
    let decoder = try coder()
    let wanted = wanted ?? fittedPrior.prior
    if fittedPrior.prior != wanted || fittedPrior.isOutstanding {
      fittedPrior = try FittedPrior(
        fitting: wanted, to: splits().train, by: decoder, seed: configuration.seed,
        shards: configuration.shards, group: group, team: team)
    }
    return GenerativeModel(generator: decoder, prior: fittedPrior.mixture)
  }

  /// The data that the model was trained on.
  ///
  /// - Throws: `Failure` 65 where it is other data.
  func ownSplits(data: String?) throws -> DataSplits {
    let splits = try loadSplits(
      configuration, data: data, requiresLabels: configuration.model.needsLabels, group: group
    ).splits
    guard splits.contentHash.description == dataHash else {
      throw Failure(
        .badData, "the model was trained on other data than this",
        help: "name the data it was trained on with --data")
    }
    return splits
  }

  /// The prior in a checkpoint, on every rank.
  static func readPrior(_ saved: SavedCheckpoint?, latentDimension: Int, group: ProcessGroup) throws
    -> FittedPrior
  {
    let name = try group.textFromRoot(phase: "reading the prior") { saved!.priorName.text }
    let content = try group.bytesFromRoot(phase: "reading the prior") { try saved!.priorContent() }
    if content.isEmpty { return FittedPrior(prior: CodePrior(name)!, mixture: nil) }
    return try FittedPrior(fileContent: content, latentDimension: latentDimension)
  }
}
