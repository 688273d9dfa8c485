import Diagnostics
import ImageData
import NeuralNet

/// Options that mean nothing without another one.
extension RunConfiguration {
  /// Throws a usage failure where an option was given that the others leave without effect: a run must not differ from
  /// what its command line says.
  public func requireConsistency() throws(Failure) {
    try requireOptionsOfTheModel()
    try requireConsistentAdversary()
    let name = optimizer.name
    let isAdam = name == .adam || name == .adamw
    try require(!isAdam, for: "--momentum", given: optimizer.momentum != nil, "--optimizer sgd or rmsprop")
    try require(name == .sgd, for: "--nesterov", given: optimizer.isNesterov, "--optimizer sgd")
    try require(
      optimizer.momentum ?? 0 > 0, for: "--nesterov", given: optimizer.isNesterov, "--momentum above 0")
    // The GANs have one of their own, which other optimisers pass over.
    let ownBeta = RunConfiguration.defaults(for: model).optimizer.beta1
    try require(
      isAdam, for: "--beta1", given: optimizer.beta1 != nil && optimizer.beta1 != ownBeta,
      "--optimizer adam or adamw")
    try require(isAdam, for: "--beta2", given: optimizer.beta2 != nil, "--optimizer adam or adamw")
    try require(
      name != .sgd, for: "--epsilon", given: optimizer.epsilon != nil, "--optimizer adam, adamw or rmsprop")
    try require(name == .rmsprop, for: "--alpha", given: optimizer.alpha != nil, "--optimizer rmsprop")
    try require(schedule == .step, for: "--step-size", given: stepSize != nil, "--schedule step")
    try require(schedule == .step, for: "--gamma", given: gamma != nil, "--schedule step")
    try require(schedule == .cosine, for: "--min-lr", given: minimumLearningRate != nil, "--schedule cosine")
    try require(loss == .mix, for: "--mix-alpha", given: mixAlpha != nil, "--loss mix")
    try require(stepSize != nil, for: "--schedule step", given: schedule == .step, "--step-size")
    try require(patience > 0, for: "--min-delta", given: minimumDelta != nil, "--patience above 0")
    try require(fidSamples > 0, for: "--features", given: features != nil, "--fid-samples above 0")
    try (features ?? .fashionCNN).requireWeights(given: featureWeights != nil)
    guard fidSamples != 1 else {
      throw Failure(
        .usage, "--fid-samples 1 has no spread to compare", help: "give 0, or at least 2, better 10,000")
    }
    guard patience == 0 || evaluateEvery > 0 else {
      throw Failure(
        .usage, "--patience needs --evaluate-every above 0",
        help: "add --evaluate-every above 0, or give --patience 0")
    }
    guard patience == 0 || model.kind != .adversarial || fidSamples > 0 else {
      throw Failure(
        .usage, "--patience needs --fid-samples above 0: \(model.rawValue) is judged by images that it draws",
        help: "add --fid-samples above 0, or give --patience 0")
    }
    if let minimumLearningRate, minimumLearningRate > Double(learningRate) {
      throw Failure(
        .usage, "--min-lr \(minimumLearningRate) is above --lr \(learningRate)",
        help: "give a --min-lr from 0 to --lr")
    }
    guard effectiveRate().isFinite && effectiveRate(isDiscriminator: true).isFinite else {
      throw Failure(
        .usage, "--lr-rule \(learningRateRule.rawValue) makes a learning rate that is no number any more",
        help: "give a lower --lr")
    }
    guard accumulate <= batch else {
      throw Failure(
        .usage, "--accumulate \(accumulate) cuts a batch of \(batch) into more parts than it has images",
        help: "give an --accumulate from 1 to \(batch), or a larger --batch")
    }
  }

  /// What a GAN's options ask of each other.
  private func requireConsistentAdversary() throws(Failure) {
    guard let adversarialLoss else { return }
    if labelSmoothing != nil && !adversarialLoss.hasTarget {
      throw Failure(
        .usage,
        "--label-smoothing moves a target, which --adversarial-loss \(adversarialLoss.rawValue) does not have",
        help: "leave it out, or choose non-saturating or lsgan")
    }
    guard discriminatorNorm != .batch || model.isConvolutional else {
      throw Failure(
        .usage, "--d-norm batch is for convolutions, and \(model.rawValue) has none",
        help: "choose --d-norm spectral or none")
    }
    guard realGradientPenalty == nil || gradientPenalty == nil else {
      throw Failure(
        .usage, "--r1 and --gradient-penalty are two penalties of the same gradient", help: "leave one out")
    }
    if let penalty = realGradientPenalty != nil ? "--r1" : gradientPenalty != nil ? "--gradient-penalty" : nil
    {
      try requirePenalizable(penalty)
    } else if adversarialLoss == .wasserstein && discriminatorNorm != .spectral {
      throw Failure(
        .usage, "--adversarial-loss wasserstein needs a discriminator whose slope is limited",
        help: "add --d-norm none --gradient-penalty 10, or --d-norm spectral")
    }
  }

  /// The gradient of a gradient is there for layers that are linear, or linear on both sides of 0.
  private func requirePenalizable(_ penalty: String) throws(Failure) {
    guard discriminatorNorm != .batch else {
      throw Failure(
        .usage, "\(penalty) can't pass through the discriminator's batch normalization",
        help: "add --d-norm none or --d-norm spectral")
    }
    guard !hasMinibatchStandardDeviation else {
      throw Failure(
        .usage, "\(penalty) can't pass through --minibatch-stddev", help: "leave one of them out")
    }
    guard activation.negativeSlope != nil else {
      throw Failure(
        .usage, "\(penalty) can't pass through --activation \(activation.rawValue)",
        help: "choose --activation leaky-relu or relu")
    }
  }

  /// Throws a usage failure where the run shall stop by images that its data does not have.
  func requireValidationImages(in splits: DataSplits) throws(Failure) {
    guard patience > 0 && splits.validation == nil && model.kind != .adversarial else { return }
    throw Failure(
      .usage, "--patience needs validation images, and there are none",
      help: "take some of the training images with --validation K, or give --patience 0")
  }

  /// Refuses to go on with another prior where evaluations draw images from it: the rows of `metrics.jsonl` would be of two.
  func requireSamePrior(as saved: CodePrior) throws(Failure) {
    let own = prior ?? .normal
    guard fidSamples > 0, own != saved else { return }
    throw Failure(
      .usage,
      "--prior is \(own.text), but was \(saved.text) for the checkpoint, and decides the figures of --fid-samples",
      help: "resume with --prior \(saved.text), or score the run with evaluate --prior \(own.text)")
  }

  /// Some options belong to a kind of layers or losses, which not every model has.
  private func requireOptionsOfTheModel() throws(Failure) {
    try require("--hidden", given: hidden != nil, \.hasHiddenWidths)
    try require("--channels", given: channels != nil, \.isConvolutional)
    try require("--dropout", given: dropout != nil) { $0.kind == .classifier }
    try require("--latent", given: latent != nil, \.generatesImages)
    try require("--shift", given: shift != nil) { $0.kind != .adversarial }
    try require("--prior", given: prior != nil, \.hasCodes)
    for (option, isGiven) in [
      ("--likelihood", likelihood != nil), ("--beta", beta != nil), ("--kl-warmup", divergenceWarmup != nil),
      ("--free-bits", freeBits != nil),
    ] { try require(option, given: isGiven) { $0.kind == .variationalAutoencoder } }
    try require("--latent-activation", given: latentActivation != nil) { $0.kind == .autoencoder }
    try require("--loss", given: loss != nil) { $0.kind == .autoencoder }
    try require("--fid-samples", given: fidSamples > 0, \.generatesImages)
    for (option, isGiven) in [
      ("--adversarial-loss", adversarialLoss != nil), ("--label-smoothing", labelSmoothing != nil),
      ("--d-lr", discriminatorRate != nil), ("--d-steps", discriminatorSteps != nil),
      ("--d-norm", discriminatorNorm != nil), ("--conditional", isConditional),
      ("--minibatch-stddev", hasMinibatchStandardDeviation), ("--r1", realGradientPenalty != nil),
      ("--gradient-penalty", gradientPenalty != nil), ("--augment", augmentation != nil),
      ("--ema", averageDecay != nil),
    ] { try require(option, given: isGiven) { $0.kind == .adversarial } }
    try require("--batch-norm", given: batchNormScope != nil) { $0 == .convolutionalGAN }
    guard channels != [] else {
      throw Failure(
        .usage, "--channels can't be none: \(model.rawValue) is made of convolutions",
        help: "give the channels of at least one convolution")
    }
    guard model != .classifier || hidden != [] else {
      throw Failure(
        .usage, "--hidden can't be none: the last hidden layer of \(model.rawValue) makes its features",
        help: "give the width of at least one layer")
    }
  }

  private func require(_ option: String, given isGiven: Bool, _ hasOption: (ModelName) -> Bool)
    throws(Failure)
  {
    guard isGiven && !hasOption(model) else { return }
    let names = ModelName.allCases.filter(hasOption).map(\.rawValue)
    let list = names.count == 1 ? names[0] : "\(names.dropLast().joined(separator: ", ")) or \(names.last!)"
    let widths =
      (model.isConvolutional ? ["--channels"] : []) + (model.hasHiddenWidths ? ["--hidden"] : [])
    let isWidth = option == "--hidden" || option == "--channels"
    throw Failure(
      .usage, "\(option) is for \(list), not \(model.rawValue)",
      help: isWidth
        ? "the widths of \(model.rawValue) are \(widths.joined(separator: " and "))" : "leave out \(option)")
  }

  private func require(
    _ condition: Bool, for option: String, given isGiven: Bool, _ requirement: String
  ) throws(Failure) {
    guard isGiven && !condition else { return }
    throw Failure(
      .usage, "\(option) needs \(requirement)", help: "add \(requirement), or leave out \(option)")
  }
}
