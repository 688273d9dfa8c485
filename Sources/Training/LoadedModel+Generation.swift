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
  ///   - onlyClass: the class of all images; nil has every class in turn, where the model has classes.
  /// - Throws: `Failure` 64 for a model that draws no images or none of that class, 65 where the data is not the run's own
  ///   or the prior can't be fitted, 66.
  public func generate(
    count: Int, seed: UInt32, prior: CodePrior? = nil, data: String? = nil, onlyClass: Int? = nil
  ) throws -> [Float] {
    let generator = try generator(prior, onlyClass: onlyClass) { try ownSplits(data: data) }
    return generateImages(
      count: count, from: generator, seed: seed, shards: configuration.shards, group: group, team: team)
  }

  /// The model with a prior: the checkpoint's if it is the one wanted, else one fitted now.
  ///
  /// - Parameters:
  ///   - wanted: nil takes what the run was trained with.
  ///   - onlyClass: the class of all images; nil has every class in turn, where the model has classes.
  ///   - splits: the data that the model was trained on, read if it is needed.
  func generator(_ wanted: CodePrior?, onlyClass: Int? = nil, splits: () throws -> DataSplits) throws
    -> GenerativeModel
  {
    if let onlyClass { try requireClass(onlyClass) }
    if let network = task.model as? GenerativeAdversarialNetwork {
      guard wanted == nil || wanted == .normal else {
        throw Failure(
          .usage,
          "--prior \(wanted!.text) is for models with codes; a \(configuration.model.rawValue) draws from N(0, I)",
          help: "leave it out")
      }
      return GenerativeModel(generator: network, prior: nil, onlyClass: onlyClass)
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

  /// Refuses a class that the model can't draw.
  private func requireClass(_ wanted: Int) throws(Failure) {
    guard let classes = (task.model as? any ImageGenerator)?.classCount else {
      throw Failure(
        .usage,
        "--class \(wanted) is for runs of gan or dcgan with --conditional, and this \(configuration.model.rawValue) knows no classes",
        help: "leave it out")
    }
    guard wanted < classes else {
      throw Failure(
        .usage, "--class \(wanted) is none of the run's \(classes) classes",
        help: "give a class from 0 to \(classes - 1)")
    }
  }

  /// The data that the model was trained on.
  ///
  /// - Throws: `Failure` 65 where it is other data.
  func ownSplits(data: String?) throws -> DataSplits {
    let splits = try loadSplits(
      configuration, data: data, labelUse: configuration.model.needsLabels ? .classification : nil,
      group: group
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
